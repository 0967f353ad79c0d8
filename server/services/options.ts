/** The number of workers, checked before any socket is opened. */
import { StartError } from '../start-error.ts';

/** More than any machine has cores that are of use to one port. */
const WORKERS_MAX = 64;

/** @throws StartError when there cannot be so many, or they cannot do what else is asked for. */
export function checkWorkers({
  workers = 0,
  partner,
  redis,
}: {
  readonly workers?: number | undefined;
  readonly partner?: object | undefined;
  readonly redis?: string | undefined;
}): void {
  if (!Number.isInteger(workers) || workers < 0 || workers > WORKERS_MAX) {
    throw bad(`workers is ${workers}: it must be from 0, for none beside the first process, to ${WORKERS_MAX}`);
  }
  // The link between partners is from port to port, and the kernel gives it to whichever worker it likes.
  if (workers > 0 && partner) throw bad('a server with a partner cannot have workers');
  // Redis may change the secret of the tickets, of which workers are told at their start alone.
  if (workers > 0 && redis !== undefined) throw bad('a server with Redis cannot have workers');
}

function bad(message: string): StartError {
  return new StartError('bad-workers', message);
}
