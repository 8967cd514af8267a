// Error numbers as the kernel returns them from paths: negative. include/uapi/asm-generic/errno*.h
/** Interrupted by a signal. */
export const EINTR = -4;
/** Try again: no reservation could be taken without waiting. */
export const EAGAIN = -11;
/** Out of memory. */
export const ENOMEM = -12;
/** Bad address: what a signal tells user space of. */
export const EFAULT = -14;
/** In use. */
export const EBUSY = -16;
/** No such handle, or an argument out of range. */
export const EINVAL = -22;
/** Closed, and nothing is left in it. */
export const EPIPE = -32;
/** A ww-mutex says: back off, or there may be a deadlock. */
export const EDEADLK = -35;
/** This acquire context already holds the lock. */
export const EALREADY = -114;
