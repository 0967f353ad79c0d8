/** The conditions of success, each watched until it is met, or cannot be met any more. */
import { isDeepStrictEqual } from 'node:util';
import type { Program } from '../../docker/container/container.ts';
import type { Condition, SideName } from '../../file/lab-file.ts';
import type { Template } from '../../file/template.ts';
import { NoSuchLineError, type Output } from '../pair/output.ts';
import { bytesProbe, portProbe } from './probes.ts';

/** What a condition is asked of. */
export interface Watched {
  readonly output: (side: SideName) => Output;
  /** With the exit code of a side's program. */
  readonly ended: (side: SideName) => Promise<number>;
  /** Fills in a template of a side. */
  readonly resolve: (template: Template, side: SideName) => Promise<string>;
  /** Runs one of the lab's own programs beside that of a side; it ends with the try. */
  readonly probe: (side: SideName, argv: readonly string[]) => Promise<Program>;
  /** Resolves when it makes sense to ask for ports and send bytes. */
  readonly mayProbe: Promise<void>;
}

export interface WatchedCondition {
  /** @throws MissedError as soon as it cannot be met any more. */
  readonly met: Promise<void>;
  /** What is missing, such as `b did not print /connected/`. */
  readonly missing: () => string;
}

/** A condition that cannot be met any more; the message is the sentence that says why. */
export class MissedError extends Error {
  override readonly name = 'MissedError';
}

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

function exitCondition({ side, code }: Condition & { readonly kind: 'exit' }, { ended }: Watched): WatchedCondition {
  const met = ended(side).then((actual) => {
    if (actual !== code) throw new MissedError(`${side} ended with ${actual}, not with ${code}`);
  });
  return { met, missing: () => `${side} did not end` };
}

interface LineOptions {
  readonly watched: Watched;
  readonly what: string;
  readonly isIt: (text: string) => boolean;
}

function lineCondition(side: SideName, { watched, what, isIt }: LineOptions): WatchedCondition {
  const met = watched
    .output(side)
    .find((text) => isIt(text) || undefined)
    .then(
      () => {},
      (error: unknown) => {
        if (error instanceof NoSuchLineError) throw new MissedError(`${side} ${error.message} before it printed ${what}`);
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
