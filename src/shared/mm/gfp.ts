// What an allocation may do when memory is short. @kernel include/linux/gfp_types.h
/** May enter direct reclaim in the allocating task, with the locks it holds. */
export const GFP_DIRECT_RECLAIM = 1;
/** May wake kswapd. */
export const GFP_KSWAPD_RECLAIM = 2;
/** Reclaim may enter the file system (lockdep's fs_reclaim). */
export const GFP_FS = 4;
/** An ordinary allocation that may sleep. */
export const GFP_KERNEL: number = GFP_DIRECT_RECLAIM | GFP_KSWAPD_RECLAIM | GFP_FS;
/** Never sleeps: fails below the watermark. */
export const GFP_NOWAIT: number = GFP_KSWAPD_RECLAIM;
