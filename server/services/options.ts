/** The number of workers, checked before any socket is opened. */
import { StartError } from '../start-error.ts';

/** More than any machine has cores that are of use to one port. */
const WORKERS_MAX = 64;

/** @throws StartError when there cannot be so many. */
export function checkWorkers({ workers = 0 }: { readonly workers?: number | undefined }): void {
  if (Number.isInteger(workers) && workers >= 0 && workers <= WORKERS_MAX) return;
  throw new StartError(
    'bad-workers',
    `workers is ${workers}: it must be from 0, for none beside the first process, to ${WORKERS_MAX}`,
  );
}
