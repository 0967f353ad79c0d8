/** Conditions that the lab finds out by itself: a port that answers, and bytes that arrive as they were sent. */
import type { Condition, SideName, When } from '../../file/lab-file.ts';
import { NoSuchLineError } from '../program/output.ts';
import { CONNECTING, RECEIVING, SENDING } from './probe-scripts.ts';
import { MissedError, type Watched, type WatchedCondition } from './watched.ts';

/** The probes end with the try, which has a limit of its own. */
const NO_LIMIT = { timeoutMs: 2 ** 31 - 1 } as const;

/** By TCP: a connection is an answer. */
export function portProbe(
  { from, address, port }: Condition & { readonly kind: 'port' },
  { mayProbe, probe, resolve }: Watched,
): WatchedCondition {
  let asked = 'the port';
  const ask = async (): Promise<void> => {
    const host = await resolve(address, from);
    asked = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    await mayProbe;
    const connecting = await probe(from, ['python3', '-c', CONNECTING, host, `${port}`]);
    await connecting.line(/^connected$/, NO_LIMIT);
  };
  return { met: ask(), missing: () => `${asked} did not answer ${from}` };
}

/** By TCP, to a listener of the lab's own at that address. The receiver says what has arrived, and the sender compares. */
export function bytesProbe(condition: Condition & { readonly kind: 'bytes' }, watched: Watched): WatchedCondition {
  const { from, to, address, amount, after } = condition;
  const { mayProbe, probe, resolve, exitCode } = watched;
  let goal: string | null = null;
  let state: 'early' | 'looking' | 'listening' = 'early';
  const send = async (): Promise<void> => {
    const host = await resolve(address, from);
    goal = host;
    await Promise.all([mayProbe, momentOf(after, watched)]);
    state = 'looking';
    const receiving = await probe(to, ['python3', '-c', RECEIVING, host]);
    const listening = await receiving.line(/^listening \d+$/, NO_LIMIT);
    state = 'listening';
    const [, port = ''] = listening.split(' ');
    const sending = await probe(from, ['python3', '-c', SENDING, host, port, `${amount}`]);
    const said = await sending.line(/^(arrived|changed)$/, NO_LIMIT);
    if (said === 'changed') throw new MissedError(`the bytes that arrived at ${to} are not those that ${from} sent`);
  };
  /** Such as `b (ended with 1)`. */
  const named = (side: SideName): string => {
    const code = exitCode(side);
    return code === null ? side : `${side} (ended with ${code})`;
  };
  const missing = (): string => {
    if (goal === null) return `${from} did not learn where to send bytes to`;
    if (state === 'early') return `${earlyWords(after)} ${named(from)} was to send bytes to ${named(to)}`;
    return state === 'listening'
      ? `${amount} bytes from ${named(from)} did not arrive at ${named(to)}, at ${goal}`
      : `${named(to)} did not have the address ${goal}, which ${named(from)} was to send bytes to`;
  };
  return { met: send(), missing };
}

/** @throws MissedError when it cannot come any more. */
async function momentOf(after: When | null, { until }: Watched): Promise<void> {
  if (after === null) return;
  await until(after).catch((error: unknown) => {
    if (after.kind === 'time' || !(error instanceof NoSuchLineError)) throw error;
    throw new MissedError(
      `${after.of} ${error.message} before it printed ${after.pattern}, after which bytes were to go`,
    );
  });
}

/** What bytes still wait for. */
function earlyWords(after: When | null): string {
  return after?.kind === 'line'
    ? `${after.of} did not print ${after.pattern}, after which`
    : 'not every fault happened, after which';
}
