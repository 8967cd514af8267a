/**
 * The offset of the next token at or after `from`: blanks, line breaks and comments are skipped. The caller
 * knows from the syntax tree that no string, template or regular expression lies in between.
 */
export function nextToken(source: string, from: number): number {
  let at = from;
  for (;;) {
    if (source.startsWith("//", at)) at = endOfLine(source, at);
    else if (source.startsWith("/*", at)) at = source.indexOf("*/", at + 2) + 2;
    else if (/[\s\ufeff]/.test(source.charAt(at))) at += 1;
    else return at;
  }
}

function endOfLine(source: string, from: number): number {
  const length = source.slice(from).search(/[\n\r\u2028\u2029]/);
  return length === -1 ? source.length : from + length;
}
