/** A place in a source text, as editors and `path:line:col` links count it. */
export interface Position {
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1, in UTF-16 code units. */
  readonly column: number;
}

// What ECMAScript calls a line terminator, with CR LF as one: V8 counts lines in stack traces the same way.
const lineBreak = /\r\n|[\n\r\u2028\u2029]/g;

/**
 * Turns UTF-16 offsets of one text into lines and columns.
 *
 * A byte order mark takes no column, because no editor shows one. Never throws: an offset past the end is
 * reported on the last line.
 */
export function positions(text: string): (offset: number) => Position {
  const starts = [text.charCodeAt(0) === 0xfeff ? 1 : 0];
  for (const { index, 0: match } of text.matchAll(lineBreak)) starts.push(index + match.length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(1, offset - (starts[low] ?? 0) + 1) };
  };
}

/** Whether a piece of source text holds a line terminator, which is what automatic semicolons look at. */
export function hasLineBreak(text: string): boolean {
  return text.search(lineBreak) !== -1;
}
