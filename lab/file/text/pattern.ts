/** Patterns for lines of output: `/…/` or `/…/i` is a regular expression, any other text is contained in the line. */
import { type Parsed, parsed, refused } from './parsed.ts';

const LENGTH_MAX = 1000;

/** Flags that are not about the place in a text, which a pattern that is asked for line by line must not remember. */
const FLAGS = 'isuv';

/** What is written between slashes, with letters behind them. */
const WRITTEN = /^\/(.+)\/([a-zA-Z]*)$/s;

/** Reads a pattern. The expression that it gives remembers nothing from one line to the next. */
export function parsePattern(text: string): Parsed<RegExp> {
  if (text.length > LENGTH_MAX) return refused(`a pattern has at most ${LENGTH_MAX} characters`);
  if (text.trim() === '') return refused('an empty pattern would match every line');
  const [, source, flags = ''] = WRITTEN.exec(text) ?? [];
  if (source !== undefined) return parseExpression(source, flags);
  if (/\{\{.*\}\}/s.test(text))
    return refused('a pattern is taken as it is: places such as {{pair}} are not filled in');
  if (text.includes('\n')) return refused('a pattern is for one line, and this one has several');
  return parsed(new RegExp(escaped(text)));
}

/** Reads what stands between the slashes of a regular expression, and behind them. */
export function parseExpression(source: string, flags: string): Parsed<RegExp> {
  if (source.length > LENGTH_MAX) return refused(`a pattern has at most ${LENGTH_MAX} characters`);
  const wrong = [...flags].find((flag, index) => !FLAGS.includes(flag) || flags.indexOf(flag) !== index);
  if (wrong !== undefined) {
    return refused(
      `a regular expression takes each of the flags ${[...FLAGS].join(', ')} once, not ${flags}; text with slashes is written /\\/…\\//`,
    );
  }
  try {
    return parsed(new RegExp(source, flags));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.replace(/^Invalid regular expression: .*: /s, '');
    return refused(`this is no regular expression: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`);
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
