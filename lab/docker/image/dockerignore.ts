/** What a `.dockerignore` file leaves out of a build context: Docker's documented patterns, the last that matches decides. */

/** @returns whether a path, relative to the context and with `/`, is left out. A folder that is left out takes along what is in it. */
export function ignoredBy(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }));
  return (path) => {
    let isIgnored = false;
    for (const { isException, pattern } of rules) {
      if (isIgnored === isException && pattern.test(path)) isIgnored = !isException;
    }
    return isIgnored;
  };
}

/** `*` and `?` stop at `/`; `**` does not; a class in brackets is one character. */
const TOKENS = /\*\*\/?|\*|\?|\[[^\]]+\]|\\.|[^*?[\\]+|[[\\]/g;

function patternOf(line: string): RegExp {
  const trimmed = line.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  const parts = (trimmed.match(TOKENS) ?? []).map((token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[') && token.length > 2) return token.replace('[^', '[^/');
    return token.replace(/^\\(.)/, '$1').replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}(?:/.*)?$`, 's');
}
