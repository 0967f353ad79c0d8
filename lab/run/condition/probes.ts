/** Conditions that the lab finds out by itself: a port that answers, and bytes that arrive as they were sent. */
import type { Condition } from '../../file/lab-file.ts';
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
export function bytesProbe(
  { from, to, address, amount }: Condition & { readonly kind: 'bytes' },
  { mayProbe, probe, resolve }: Watched,
): WatchedCondition {
  let goal: string | null = null;
  let isListening = false;
  const send = async (): Promise<void> => {
    const host = await resolve(address, from);
    goal = host;
    await mayProbe;
    const receiving = await probe(to, ['python3', '-c', RECEIVING, host]);
    const listening = await receiving.line(/^listening \d+$/, NO_LIMIT);
    isListening = true;
    const [, port = ''] = listening.split(' ');
    const sending = await probe(from, ['python3', '-c', SENDING, host, port, `${amount}`]);
    const said = await sending.line(/^(arrived|changed)$/, NO_LIMIT);
    if (said === 'changed') throw new MissedError(`the bytes that arrived at ${to} are not those that ${from} sent`);
  };
  const missing = (): string => {
    if (goal === null) return `${from} did not learn where to send bytes to`;
    return isListening
      ? `${amount} bytes from ${from} did not arrive at ${to}, at ${goal}`
      : `${to} did not have the address ${goal}, which ${from} was to send bytes to`;
  };
  return { met: send(), missing };
}
