/** Paths into a value of JSON, of which these steps of RFC 9535 are known: `$.name`, `$["name"]`, `$[0]`. */
import { type Parsed, parsed, refused } from './parsed.ts';

const STEPS_MAX = 32;
const STEP = /\.([\p{L}_][\p{L}\p{N}_-]*)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]|\['([^'\\]*)'\]/uy;

/** Reads a path; `$` alone is the whole value. */
export function parseJsonPath(text: string): Parsed<readonly (string | number)[]> {
  const steps: (string | number)[] = [];
  if (!text.startsWith('$')) return refused('a JSON path begins with $, such as $.outcome or $.peers[0].state');
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const from = STEP.lastIndex;
    const [whole, name, index, doubly, singly] = STEP.exec(text) ?? [];
    if (whole === undefined)
      return refused(`a JSON path has only steps such as .name, ["name"] and [0], not ${text.slice(from)}`);
    if (steps.length === STEPS_MAX) return refused(`a JSON path has at most ${STEPS_MAX} steps`);
    const step = index === undefined ? (name ?? unquoted(doubly) ?? singly) : Number(index);
    if (step === undefined) return refused(`${whole} is no text of JSON`);
    steps.push(step);
  }
  return parsed(steps);
}

function unquoted(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return undefined;
  }
}
