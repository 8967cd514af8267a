/** A line as saved, and its number in the file, from 1. */
export interface RawLine {
  no: number;
  text: string;
}

/** Tells whether lines come from a mail that is still encoded: the `=` of the rulers of a report are `=3D` there. */
export function isQuotedPrintable(lines: readonly RawLine[]): boolean {
  return lines.some(({ text }) => /(?:=3D){3}/.test(text)) && !lines.some(({ text }) => /={12}/.test(text));
}

/** Decodes a mail body; a line that ends in `=` goes on in the next one. @rfc 2045, 6.7 */
export function decodeQuotedPrintable(lines: readonly RawLine[]): RawLine[] {
  const decoded: RawLine[] = [];
  let open: RawLine | null = null;
  for (const line of lines) {
    const text = line.text.trimEnd();
    const soft = text.endsWith("=");
    const part = (soft ? text.slice(0, -1) : text).replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (open) open.text = (open.text + part).slice(0, 4096);
    else {
      open = { no: line.no, text: part };
      decoded.push(open);
    }
    if (!soft) open = null;
  }
  return decoded;
}
