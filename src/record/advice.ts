/** What each piece of advice says, by name. */
export const adviceSentences = {
  "holder-without-reference":
    "holds the lock of an object that it owns no reference to: a refcount of zero does not keep it away",
  "put-under-lock":
    "drops the last reference while it holds a lock that the free needs, or that goes with the object",
} as const;

/** The name of a piece of advice. */
export type AdviceKind = keyof typeof adviceSentences;

/**
 * A rule that a task relied on nobody to keep. Nothing has to go wrong for that: whether it does the verdict says.
 * `task` and `lock` by name.
 */
export interface Advice {
  readonly kind: AdviceKind;
  readonly task: string;
  readonly lock: string;
}
