/** The contention monitor is off: every look folds to nothing. */
export const monitorOn = false as boolean;
