/** Measures the health of a live path, on the real clock. */
import { now } from '../../net/driver.ts';
import { startMachine } from '../../net/machine.ts';
import { unlessAborted } from '../../net/waits.ts';
import { createMeasurement, type HealthInput } from '../attempt/health/measurement.ts';
import type { HealthOutput, PathHealth } from '../attempt/health/state.ts';
import type { PathUse } from '../attempt/health/use.ts';
import type { Path } from './path.ts';
import { PathSendError } from './send-error.ts';

export type { PathHealth } from '../attempt/health/state.ts';
export type MeasuredPath = Pick<Path, 'send' | 'state' | 'onData'>;

/** A path that was measured. */
export interface Measured {
  readonly health: PathHealth;
  /** What the peer has the path for, as it has told; null where it does not measure. */
  readonly peerUse: PathUse | null;
}

/**
 * Measures the path, which takes about 0.6 s if the peer measures it at the same time, and keeps answering until the peer is
 * done. If the last probes are not answered, it goes on until they are, or until the path is lost: at most 10 s after the
 * last answer, and 18 s if there never was one. If the path ends, it is measured until then.
 * @throws the signal's reason when aborted; what `send` throws, unless that is a PathSendError.
 */
export async function measureHealth(path: MeasuredPath, signal?: AbortSignal): Promise<PathHealth> {
  return (await measurePath(path, { use: 'measure', signal })).health;
}

/** Measures the path as `measureHealth` does, and tells the peer what this side has it for. */
export async function measurePath(
  path: MeasuredPath,
  { use, signal }: { readonly use: PathUse; readonly signal?: AbortSignal | undefined },
): Promise<Measured> {
  const done = Promise.withResolvers<Measured>();
  using machine = startMachine<HealthInput, HealthOutput>({
    machine: createMeasurement(now(), { pathState: path.state, use }),
    obey: (output) => {
      if (output.kind === 'done') done.resolve({ health: output.health, peerUse: output.peerUse });
      else say(path, output.bytes);
    },
  });
  path.onData((bytes) => machine.tell({ kind: 'received', bytes }));
  machine.tell({ kind: 'timeout' });
  return await unlessAborted(Promise.race([done.promise, machine.broken]), signal);
}

/** Sends one datagram, unless the path has ended meanwhile. */
function say(path: MeasuredPath, bytes: Uint8Array): void {
  try {
    path.send(bytes);
  } catch (error) {
    if (!(error instanceof PathSendError)) throw error;
  }
}
