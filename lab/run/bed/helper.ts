/** A helper of a lab file: a program on the public side that is there for all pairs. */
import type { LabContainer } from '../../docker/container/container.ts';
import type { Guest, GuestSpec } from '../../docker/container/guest.ts';
import type { Helper } from '../../file/lab-file.ts';
import { CONNECTING } from '../condition/probe-scripts.ts';
import { createOutput, NoSuchLineError, type Output, SlowPatternError } from '../program/output.ts';
import { lastWords } from './last-words.ts';

/** What a helper may need until it is ready. */
const READY_WITHIN_MS = 60_000;

/** A helper does not become ready, or ends although nobody has killed it; the message is a sentence. */
export class HelperError extends Error {
  override readonly name = 'HelperError';
}

export interface RunningHelper extends AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly address6: string | null;
  readonly output: Output;
  /** Rejects with a HelperError as soon as it ends by itself. */
  readonly failed: Promise<never>;
  /** Kills it at once, if it runs. */
  kill(): Promise<void>;
  /** Starts it, if it does not run, and resolves when it is ready. @throws HelperError when that does not happen. */
  start(): Promise<void>;
}

export interface HelperOptions {
  /** Whose network it has. */
  readonly host: LabContainer;
  readonly spec: GuestSpec;
}

/** A helper that does not run yet. */
export function createHelper(
  { name, ready }: Pick<Helper, 'name' | 'ready'>,
  { host, spec }: HelperOptions,
): RunningHelper {
  const output = createOutput();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {}); // Told to whoever waits for it.
  /** The guest of the latest start, which may still be coming. */
  let running: Promise<Guest> | null = null;
  const stop = async (end: (guest: Guest) => Promise<void>): Promise<void> => {
    const guest = await running?.catch(() => null);
    running = null;
    if (guest) await end(guest);
  };
  const fail = (why: string): void => {
    // First, so that it is told of rather than the line that does not come.
    reject(new HelperError(`${name} ${why}${lastWords(output)}`));
    output.end(why);
  };
  return {
    name,
    address: host.address,
    address6: host.address6,
    output,
    failed,
    kill: async () => stop((guest) => guest.kill()),
    start: async () => {
      if (running !== null) return;
      const startedAt = performance.now();
      const launched = host.run(spec);
      running = launched;
      const guest = await launched;
      guest.onLine(output.take);
      const isGone = (): boolean => running !== launched;
      guest.ended.then(
        (code) => isGone() || fail(`ended with ${code}`),
        (error: Error) => isGone() || fail(error.message),
      );
      await Promise.race([failed, untilReady({ name, ready, output, host, startedAt })]);
    },
    [Symbol.asyncDispose]: async () => stop(async (guest) => guest[Symbol.asyncDispose]()),
  };
}

interface Readiness extends Pick<Helper, 'name' | 'ready'> {
  readonly output: Output;
  readonly host: LabContainer;
  readonly startedAt: number;
}

async function untilReady({ name, ready, output, host, startedAt }: Readiness): Promise<void> {
  if (ready === null) return;
  const late = Promise.withResolvers<never>();
  const what = ready.kind === 'line' ? `did not print ${ready.pattern}` : `did not listen on port ${ready.port}`;
  const timer = setTimeout(() => {
    late.reject(new HelperError(`${name} ${what} within ${READY_WITHIN_MS / 1000} s${lastWords(output)}`));
  }, READY_WITHIN_MS);
  try {
    if (ready.kind === 'port') return await Promise.race([late.promise, untilListening(host, ready.port)]);
    const looked = { what: `${ready.pattern} in what ${name} prints`, from: startedAt };
    const line = output.find((text) => ready.pattern.test(text) || undefined, looked);
    await Promise.race([late.promise, line]);
  } catch (error) {
    if (error instanceof SlowPatternError) throw new HelperError(error.message);
    // That it has ended is told by itself.
    if (!(error instanceof NoSuchLineError)) throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function untilListening(host: LabContainer, port: number): Promise<void> {
  await using asking = await host.start(['python3', '-c', CONNECTING, host.address, `${port}`]);
  await asking.line(/^connected$/, { timeoutMs: READY_WITHIN_MS });
}
