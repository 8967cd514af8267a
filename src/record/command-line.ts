/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The words of a command line, as a shell takes them. */
export function commandLine(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}

/** `-p key=value` for each of them. */
export function paramWords(given: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(given).flatMap(([key, value]) => ["-p", `${key}=${value}`]);
}
