/** The contention monitor is on. The benchmark of its own cost resolves `#monitor` to its twin instead. */
export const monitorOn = true as boolean;
