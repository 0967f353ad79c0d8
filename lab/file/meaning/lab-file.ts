/** A file that has the right shape, as what is meant by it. */
import { basename, extname } from 'node:path';
import type { LabFile } from '../lab-file.ts';
import type { FileInput } from '../shape/file.ts';
import { gridOf } from './access.ts';
import { castOf, helpersOf, setupOf, sidesOf } from './cast.ts';
import { expectOf } from './expect.ts';
import { faultsOf, linkOf } from './fault.ts';
import type { Reading } from './reading.ts';
import { successOf } from './success.ts';
import { checkWaits } from './waits.ts';

/** Fills in all that is not said, and reports what cannot be. Where there are reports, what is returned means nothing. */
export function meaningOf(reading: Reading, input: FileInput, file: string): LabFile {
  const { report, dir, places } = reading;
  const cast = castOf(input);
  const grid = gridOf(reading, input.nats);
  const sides = sidesOf(reading, input, cast);
  checkWaits(sides, report);
  const helpers = helpersOf(reading, input, cast);
  const faults = faultsOf(reading, input.faults, cast);
  return {
    ...{ file, dir, places },
    name: input.name ?? basename(file, extname(file)),
    setup: setupOf(reading, input, cast),
    sides,
    helpers,
    natcheckServer: input.public?.server === 'natcheck',
    ...grid,
    success: successOf(reading, input.success, cast),
    expect: expectOf(reading, input.expect, grid),
    faults,
    pairsAtOnce: pairsAtOnceOf(reading, input, { sides, helpers, faults }),
    link: linkOf(reading, input.link),
  };
}

/** One where something is there once that pairs cannot share. */
function pairsAtOnceOf(
  { report }: Reading,
  input: FileInput,
  { sides, helpers, faults }: Pick<LabFile, 'sides' | 'helpers' | 'faults'>,
): number | null {
  const atOnce = input['pairs-at-once'] ?? null;
  const once = sharedOnce({ sides, helpers, faults });
  if (once === null) return atOnce;
  if ((atOnce ?? 1) > 1) {
    report(['pairs-at-once'], `${once} there once, so pairs run one after the other: leave this out, or write 1`);
  }
  return 1;
}

/** What there is once, as the subject of a sentence; null if there is nothing. */
function sharedOnce({ sides, helpers, faults }: Pick<LabFile, 'sides' | 'helpers' | 'faults'>): string | null {
  if (sides.length > 2) return 'further peers are';
  if (helpers.some(({ restarts }) => restarts)) return 'a helper that restarts is';
  return faults.some(({ what }) => what.kind === 'kill' || what.kind === 'start') ? 'a helper that is killed is' : null;
}
