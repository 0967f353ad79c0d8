/** Carries the pattern from one container to another by a contestant's two programs, and measures both. */
import type { Arrival } from '../peers/pipe/pattern.ts';
import { type Commands, type Contestant, peer, type Transfer } from './contestant.ts';
import { type End, startEnd, type Used } from './end.ts';

const WAITING_TIMEOUT_MS = 30_000;

export interface Measured {
  readonly megabytesPerSecond: number;
  /** Seconds of CPU, of the two programs together, for each gigabyte. */
  readonly cpuSecondsPerGigabyte: number;
  /** From Enter on the receiving side, which begins second, to the first byte on its stdout. */
  readonly firstByteMs: number;
}

/** bash says when it begins, what the program has used, and its exit code. */
const TIMED = `TIMEFORMAT='cpu %U %S'; echo "enter $EPOCHREALTIME"; run() { time "$@"; }`;
const SCRIPTS = {
  memory: 'run "$@"; echo "ended $?"',
  sender: `SOURCE | run "$@" > /dev/null; echo "ended \${PIPESTATUS[1]}"`,
  receiver: { ended: 'run "$@" < /dev/null | SINK', open: 'run "$@" | SINK' },
};
const RECEIVER_ENDED = `; echo "ended \${PIPESTATUS[0]}"`;

/** @throws Error when a program fails, takes too long, or one byte is missing or wrong. */
export async function carry({ commands }: Contestant, transfer: Transfer): Promise<Measured> {
  const { sender, waiting, receiver, beside, ...ends } = await commands(transfer);
  await using _beside = beside;
  const scripts = scriptsOf(ends, transfer.bytes);
  const [from, to] = [transfer.from.client(0), transfer.to.client(0)];
  await using first = await startEnd(from, { who: 'sender', argv: ['bash', '-c', scripts.sender, 'bash', ...sender] });
  const said = await Promise.race([first.line(waiting, { timeoutMs: WAITING_TIMEOUT_MS }), failed(first)]);
  const receiving = ['bash', '-c', scripts.receiver, 'bash', ...receiver(said)];
  await using second = await startEnd(to, { who: 'receiver', argv: receiving });
  const [sent, received] = await Promise.all([first.ended(), second.ended()]);
  const arrival: Arrival = JSON.parse((await second.line(/^arrived /)).slice('arrived '.length));
  return measuredOf(arrival, { bytes: transfer.bytes, sent, received });
}

/** Only rejects: one that ends well before the other side has come has not waited. */
async function failed(end: End): Promise<never> {
  await end.ended();
  throw new Error('the sender has ended before it waited');
}

function scriptsOf(
  { receiverStdin = 'ended', bytesFrom = 'stdio' }: Pick<Commands, 'receiverStdin' | 'bytesFrom'>,
  bytes: number,
): Readonly<Record<'sender' | 'receiver', string>> {
  if (bytesFrom === 'memory') return { sender: `${TIMED}; ${SCRIPTS.memory}`, receiver: `${TIMED}; ${SCRIPTS.memory}` };
  const source = [...peer('source.ts'), bytes].join(' ');
  const sink = peer('sink.ts').join(' ');
  return {
    sender: `${TIMED}; ${SCRIPTS.sender.replace('SOURCE', source)}`,
    receiver: `${TIMED}; ${SCRIPTS.receiver[receiverStdin].replace('SINK', sink)}${RECEIVER_ENDED}`,
  };
}

function measuredOf(
  { firstByteAt, lastByteAt, wrongAt, bytes: arrived }: Arrival,
  { bytes, sent, received }: { readonly bytes: number; readonly sent: Used; readonly received: Used },
): Measured {
  if (arrived !== bytes) throw new Error(`${arrived} bytes have arrived, not ${bytes}`);
  if (wrongAt !== null) throw new Error(`what arrives differs after ${wrongAt} bytes`);
  return {
    megabytesPerSecond: bytes / 1000 / (lastByteAt - firstByteAt),
    cpuSecondsPerGigabyte: ((sent.cpuSeconds + received.cpuSeconds) * 1e9) / bytes,
    firstByteMs: firstByteAt - received.enteredAt,
  };
}
