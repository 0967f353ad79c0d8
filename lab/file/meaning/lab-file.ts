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
    faults: faultsOf(reading, input.faults, cast),
    pairsAtOnce: pairsAtOnceOf(reading, input, { sides, helpers }),
    link: linkOf(reading, input.link),
  };
}

/** One where something is there once that pairs cannot share. */
function pairsAtOnceOf(
  { report }: Reading,
  input: FileInput,
  { sides, helpers }: Pick<LabFile, 'sides' | 'helpers'>,
): number | null {
  const atOnce = input['pairs-at-once'] ?? null;
  const once =
    sides.length > 2
      ? 'further peers are'
      : helpers.some(({ restarts }) => restarts)
        ? 'a helper that restarts is'
        : null;
  if (once === null) return atOnce;
  if ((atOnce ?? 1) > 1) {
    report(['pairs-at-once'], `${once} there once, so pairs run one after the other: leave this out, or write 1`);
  }
  return 1;
}
