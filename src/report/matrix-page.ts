/** Where the judgement goes in a page. */
const BEGIN = "<!-- matrix:begin -->";
const END = "<!-- matrix:end -->";

/** A page with the text between its two marks replaced; undefined if it has not both, in this order. */
export function matrixPage(page: string, markdown: string): string | undefined {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) return undefined;
  return `${page.slice(0, begin + BEGIN.length)}\n\n${markdown.trim()}\n\n${page.slice(end)}`;
}
