/** The conditions of success, each watched until it is met, or cannot be met any more. */
import { isDeepStrictEqual } from 'node:util';
import type { Condition, SideName } from '../../file/lab-file.ts';
import { lastLine } from '../bed/last-words.ts';
import { NoSuchLineError } from '../program/output.ts';
import { bytesProbe, portProbe } from './probes.ts';
import { MissedError, type Watched, type WatchedCondition } from './watched.ts';

/** Begins to watch a condition; to be called before its sides start, so that no line is missed. */
export function watchCondition(condition: Condition, watched: Watched): WatchedCondition {
  switch (condition.kind) {
    case 'exit':
      return exitCondition(condition, watched);
    case 'line': {
      const { side, pattern } = condition;
      return lineCondition(side, { watched, what: `${pattern}`, isIt: (text) => pattern.test(text) });
    }
    case 'json': {
      const { side, path, equals } = condition;
      const what = `JSON with ${JSON.stringify(equals)} at ${pathText(path)}`;
      return lineCondition(side, { watched, what, isIt: (text) => isDeepStrictEqual(valueAt(text, path), equals) });
    }
    case 'port':
      return portProbe(condition, watched);
    case 'bytes':
      return bytesProbe(condition, watched);
  }
}

function exitCondition(
  { side, code }: Condition & { readonly kind: 'exit' },
  { ended, output }: Watched,
): WatchedCondition {
  const met = ended(side).then((actual) => {
    if (actual === code) return;
    throw new MissedError(`${side} ended with ${actual}, not with ${code}${lastLine(output(side))}`);
  });
  return { met, missing: () => `${side} did not end` };
}

interface LineOptions {
  readonly watched: Watched;
  readonly what: string;
  readonly isIt: (text: string) => boolean;
}

function lineCondition(side: SideName, { watched, what, isIt }: LineOptions): WatchedCondition {
  const output = watched.output(side);
  const met = output
    .find((text) => isIt(text) || undefined, { what: `${what} in what ${side} prints` })
    .then(
      () => {},
      (error: unknown) => {
        if (error instanceof NoSuchLineError)
          throw new MissedError(`${side} ${error.message} before it printed ${what}${lastLine(output)}`);
        throw error;
      },
    );
  return { met, missing: () => `${side} did not print ${what}` };
}

/** Undefined where the line is no JSON, or has nothing there. */
function valueAt(line: string, path: readonly (string | number)[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

/** As JSON paths are written (RFC 9535). */
function pathText(path: readonly (string | number)[]): string {
  return `$${path.map((key) => (/^[A-Za-z_]\w*$/.test(`${key}`) ? `.${key}` : `[${JSON.stringify(key)}]`)).join('')}`;
}
