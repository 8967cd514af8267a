/** How much was asked for and what was left, in words of 4 bytes. */
export interface ArenaFullFacts {
  readonly askedWords: number;
  readonly leftWords: number;
  readonly sizeWords: number;
}

/** Thrown when an object does not fit what is left of the arena (or of a world's share of it). */
export class ArenaFull extends Error {
  override readonly name = "ArenaFull";
  readonly facts: ArenaFullFacts;

  constructor(facts: ArenaFullFacts) {
    super(
      `out of arena: asked for ${facts.askedWords * 4} bytes, ${facts.leftWords * 4} left of ${facts.sizeWords * 4}`,
    );
    this.facts = facts;
  }
}
