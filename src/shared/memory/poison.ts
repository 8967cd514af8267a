/** What a freed object is filled with. @kernel include/linux/poison.h: POISON_FREE, four times over */
export const POISON = 0x6b6b6b6b;
