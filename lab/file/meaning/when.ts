/** When something is to happen in a try. */
import type { When } from '../lab-file.ts';
import type { Path } from '../path.ts';
import type { WhenInput } from '../shape/when.ts';
import { type Cast, missing } from './place.ts';
import type { Reading } from './reading.ts';

/** Reports a side or helper that there is not. */
export function whenOf(
  { report }: Reading,
  after: WhenInput,
  { cast, path }: { readonly cast: Cast; readonly path: Path },
): When {
  if (typeof after === 'number') return { kind: 'time', afterMs: after };
  const { of, line, wait = 0 } = after;
  const message = missing(of, [...cast.sides, ...cast.helpers], 'side or helper');
  if (message) report([...path, 'of'], message);
  return { kind: 'line', of, pattern: line, afterMs: wait };
}
