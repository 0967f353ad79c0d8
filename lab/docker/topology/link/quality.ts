/** What links do to packets, and what is asked of them. */

/** Each way, for all that passes the link. */
export interface LinkQuality {
  readonly latencyMs: number;
  /** How much more or less than the latency, each packet uniformly; the order of packets does not change. At most the latency. */
  readonly jitterMs: number;
  /** In bits per second, counted in packets of IP; null: as fast as the machine. */
  readonly rate: number | null;
  /** Of every hundred packets, by a draw. */
  readonly lossPercent: number;
}

/** Links of that quality, until this is disposed: then they are as fast as the machine again. */
export interface ShapedLinks extends AsyncDisposable {
  /** The kernel's `netem`, or queues that a program in user space empties. */
  readonly by: 'netem' | 'queues';
  /** Changes all of them, from the next packet on. @throws RangeError as `requireQuality`. */
  set(quality: LinkQuality): Promise<void>;
  /** Rejects when that program has ended by itself: the links carry nothing then. Never resolves. */
  readonly failed: Promise<never>;
}

/** More than this a link cannot hold back: a satellite takes a third of a second. */
const MAX_LATENCY_MS = 10_000;
/** A packet of a hundred bytes takes a second then. */
const MIN_RATE = 1000;
const MAX_RATE = 10_000_000_000;

/** @throws RangeError that names the field and what it may be. */
export function requireQuality({ latencyMs, jitterMs, rate, lossPercent }: LinkQuality): void {
  requireWithin('latencyMs', latencyMs, [0, MAX_LATENCY_MS]);
  requireWithin('jitterMs', jitterMs, [0, latencyMs]);
  requireWithin('lossPercent', lossPercent, [0, 100]);
  if (rate !== null) requireWithin('rate', rate, [MIN_RATE, MAX_RATE]);
}

function requireWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new RangeError(`${name} is ${value}; it must be a number from ${least} to ${most}`);
}
