/** Reads a changelog in the form of Keep a Changelog 1.1.0. */

/** `## [1.2.3] - 2026-01-31` begins the part of a version, `## [Unreleased]` that of the next one. */
const HEADING = /^## \[([^\]]+)\](?: - \d{4}-\d{2}-\d{2})?$/;
/** `[1.2.3]: https://…`: where the brackets of headings lead. */
const LINK = /^\[[^\]]+\]: /;
/** Returns what is said of a version; null where there is no part of it, or nothing in it. */
export function notesOf(version: string, changelog: string): string | null {
  const lines = changelog.split('\n');
  const first = lines.findIndex((line) => HEADING.exec(line)?.[1] === version);
  if (first === -1) return null;
  const next = lines.findIndex((line, at) => at > first && (HEADING.test(line) || LINK.test(line)));
  const notes = lines
    .slice(first + 1, next === -1 ? undefined : next)
    .join('\n')
    .trim();
  return notes === '' ? null : notes;
}
