/**
 * The health of an open path, by probes that the far side sends back. Both sides measure at the same time with the same
 * datagrams: a kind (0 is a probe, 1 its echo), then the number of the probe.
 */
import { now } from '../../net/driver.ts';
import { pause } from '../../net/waits.ts';
import type { Path } from './path.ts';
import { PathSendError } from './send-error.ts';

const PROBES = 20;
const INTERVAL_MS = 20;
/** How much longer than the slowest echo so far the last one may take. */
const LAST_ECHO_MS = 200;
/** The number of the probes that are sent, unmeasured, until the far side answers: it may not know about the path yet. */
const WARM_UP = 255;
const WARM_UP_MS = 500;
/** The far side measures too; it is done when its last probe has come, or when none has come for this long. */
const LINGER_MS = 500;

const PROBE = 0;
const ECHO = 1;

export interface PathHealth {
  /** How many probes were sent; if the peer has closed the path meanwhile, only those that it had time to answer count. */
  readonly probes: number;
  readonly lost: number;
  /** Round-trip times of the echoes that came; null if there were none. */
  readonly rttMs: { readonly min: number; readonly mean: number; readonly max: number } | null;
}

export type MeasuredPath = Pick<Path, 'send' | 'state' | 'onData'>;

interface Measurement {
  readonly path: MeasuredPath;
  /** When each probe was sent. */
  readonly sentAt: number[];
  /** The round trip of each probe that has been answered. */
  readonly rtts: Map<number, number>;
  lastHeardAt: number;
  isPeerThrough: boolean;
  /** False during the warm-up. */
  isMeasuring: boolean;
}

/**
 * Measures the path, which takes about 0.6 s, and keeps answering until the far side is done. If the path ends, it is
 * measured until then.
 * @throws the signal's reason when aborted.
 */
export async function measureHealth(path: MeasuredPath, signal?: AbortSignal): Promise<PathHealth> {
  const measurement: Measurement = {
    path,
    sentAt: [],
    rtts: new Map(),
    lastHeardAt: now(),
    isPeerThrough: false,
    isMeasuring: false,
  };
  path.onData((bytes) => take(measurement, bytes));
  await warmUp(measurement, signal);
  const sent = await probeAll(measurement, signal);
  await awaitEchoes(measurement, signal);
  return healthOf(sent, measurement.rtts);
}

function take(measurement: Measurement, bytes: Uint8Array): void {
  const { path, sentAt, rtts } = measurement;
  const [kind, number] = bytes;
  if (bytes.length !== 2 || kind === undefined || number === undefined) return;
  if (kind === PROBE) {
    measurement.lastHeardAt = now();
    measurement.isPeerThrough ||= number === PROBES - 1;
    say(path, ECHO, number);
  }
  const at = sentAt[number];
  // A late echo of the warm-up does not count among the twenty.
  const counts = number < PROBES || !measurement.isMeasuring;
  if (kind === ECHO && at !== undefined && counts && !rtts.has(number)) rtts.set(number, now() - at);
}

async function warmUp(measurement: Measurement, signal: AbortSignal | undefined): Promise<void> {
  const { path, rtts } = measurement;
  const warmUpBy = now() + WARM_UP_MS;
  while (isOpen(path) && !rtts.has(WARM_UP) && now() < warmUpBy) await probe(measurement, WARM_UP, signal);
  rtts.delete(WARM_UP);
  measurement.isMeasuring = true;
}

/** Sends the probes, and returns how many were sent. */
async function probeAll(measurement: Measurement, signal: AbortSignal | undefined): Promise<number> {
  let sent = 0;
  for (; sent < PROBES && isOpen(measurement.path); sent++) await probe(measurement, sent, signal);
  return sent;
}

async function probe({ path, sentAt }: Measurement, number: number, signal: AbortSignal | undefined): Promise<void> {
  sentAt[number] = now();
  say(path, PROBE, number);
  await pause(INTERVAL_MS, signal);
}

/** Waits for the echoes that are still on their way, and answers the probes that the far side still sends. */
async function awaitEchoes(measurement: Measurement, signal: AbortSignal | undefined): Promise<void> {
  const { path, rtts } = measurement;
  const lastEchoBy = now() + LAST_ECHO_MS + Math.max(0, ...rtts.values());
  while (isOpen(path) && rtts.size < PROBES && now() < lastEchoBy) await pause(INTERVAL_MS, signal);
  const isPeerDone = (): boolean => measurement.isPeerThrough || now() >= measurement.lastHeardAt + LINGER_MS;
  while (isOpen(path) && !isPeerDone()) await pause(INTERVAL_MS, signal);
  // The echo of the far side's last probe is on its way.
  await pause(INTERVAL_MS, signal);
}

function healthOf(sent: number, rtts: ReadonlyMap<number, number>): PathHealth {
  const values = [...rtts.values()];
  const probes = sent === PROBES ? PROBES : Math.max(-1, ...rtts.keys()) + 1;
  const mean = values.reduce((sum, rtt) => sum + rtt, 0) / values.length;
  return {
    probes,
    lost: probes - values.length,
    rttMs: values.length === 0 ? null : { min: Math.min(...values), mean, max: Math.max(...values) },
  };
}

function isOpen(path: MeasuredPath): boolean {
  return path.state() === 'live' || path.state() === 'doubtful';
}

/** Sends one datagram, unless the path has ended meanwhile. */
function say(path: MeasuredPath, kind: number, number: number): void {
  try {
    path.send(Uint8Array.of(kind, number));
  } catch (error) {
    if (!(error instanceof PathSendError)) throw error;
  }
}
