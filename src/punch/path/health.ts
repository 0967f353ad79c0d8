/**
 * The health of an open path, by probes that the far side sends back. Both sides measure at the same time with the same
 * datagrams: a kind (0 is a probe, 1 its echo), then the number of the probe.
 */
import { now } from '../../net/driver.ts';
import { pause } from '../../net/pause.ts';
import type { IcePath } from './path.ts';

const PROBES = 20;
const INTERVAL_MS = 20;
/** How long the last echo may take, beyond the slowest seen. */
const LAST_ECHO_MS = 200;
/** Unmeasured, until the far side answers: it may not know of the path yet. */
const WARM_UP = 255;
const WARM_UP_MS = 500;
/** The far side measures too; it is through when its last probe has come, or none has come for so long. */
const LINGER_MS = 500;

export interface PathHealth {
  /** Sent; where the peer has closed the path meanwhile, those that it had the time to answer. */
  readonly probes: number;
  readonly lost: number;
  /** Of the echoes that came; null without any. */
  readonly rttMs: { readonly min: number; readonly mean: number; readonly max: number } | null;
}

/**
 * Takes about 0.6 s; keeps answering until the far side has what it needs. A path that ends is measured until then.
 * @throws the signal's reason when aborted.
 */
export async function measureHealth(path: IcePath, signal?: AbortSignal): Promise<PathHealth> {
  const sentAt: number[] = [];
  const rtts = new Map<number, number>();
  let lastHeardAt = now();
  let isPeerThrough = false;
  let isMeasuring = false;
  const isOpen = (): boolean => path.state() === 'live' || path.state() === 'doubtful';
  path.onData((bytes) => {
    const [kind, number] = bytes;
    if (bytes.length !== 2 || kind === undefined || number === undefined) return;
    if (kind === 0) {
      lastHeardAt = now();
      isPeerThrough ||= number === PROBES - 1;
      path.send(Uint8Array.of(1, number));
    }
    const at = sentAt[number];
    // A late echo of the warm-up is none of the twenty.
    const counts = number < PROBES || !isMeasuring;
    if (kind === 1 && at !== undefined && counts && !rtts.has(number)) rtts.set(number, now() - at);
  });
  const warmUpBy = now() + WARM_UP_MS;
  while (isOpen() && !rtts.has(WARM_UP) && now() < warmUpBy) {
    sentAt[WARM_UP] = now();
    path.send(Uint8Array.of(0, WARM_UP));
    await pause(INTERVAL_MS, signal);
  }
  rtts.delete(WARM_UP);
  isMeasuring = true;
  let sent = 0;
  for (; sent < PROBES && isOpen(); sent++) {
    sentAt[sent] = now();
    path.send(Uint8Array.of(0, sent));
    await pause(INTERVAL_MS, signal);
  }
  const lastEchoBy = now() + LAST_ECHO_MS + Math.max(0, ...rtts.values());
  while (isOpen() && rtts.size < PROBES && now() < lastEchoBy) await pause(INTERVAL_MS, signal);
  while (isOpen() && !isPeerThrough && now() < lastHeardAt + LINGER_MS) await pause(INTERVAL_MS, signal);
  // The far side's last echo is on its way to it.
  await pause(INTERVAL_MS, signal);
  const values = [...rtts.values()];
  const probes = sent === PROBES ? PROBES : Math.max(-1, ...rtts.keys()) + 1;
  const mean = values.reduce((sum, rtt) => sum + rtt, 0) / values.length;
  return {
    probes,
    lost: probes - values.length,
    rttMs: values.length === 0 ? null : { min: Math.min(...values), mean, max: Math.max(...values) },
  };
}
