/** Words as a shell reads them again. */

/** Returns a line that a POSIX shell reads as these words (POSIX.1-2024, Shell Command Language, 2.2.2). */
export function shellWords(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
