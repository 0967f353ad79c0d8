/** Watches for what changes the network under everything: other addresses of this host, and sleep. The system tells of neither. */
import { hostAddresses } from './interfaces.ts';

const EVERY_MS = 1_000;
/** A tick that is this late was not late because of a busy machine. */
const SLEPT_MS = 5_000;

/** What a tick sees. */
export interface NetworkSight {
  readonly addresses: readonly string[];
  /** By the clock on the wall, which goes on while the machine sleeps, and by the monotonic one, which may not. */
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export type NetworkChange = 'addresses' | 'woke';

/** Calls `onChange` for each change until it is disposed of. */
export function watchNetwork(onChange: (change: NetworkChange) => void): Disposable {
  let before = lookAround();
  const timer = setInterval(() => {
    const sight = lookAround();
    const changes = changesBetween(before, sight);
    before = sight;
    for (const change of changes) onChange(change);
  }, EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Returns what has changed from one tick to the next. A clock that is set looks like sleep, and is as harmless. */
export function changesBetween(before: NetworkSight, now: NetworkSight): readonly NetworkChange[] {
  const passedMs = Math.max(now.wallMs - before.wallMs, now.monotonicMs - before.monotonicMs);
  const isSame = before.addresses.toSorted().join(' ') === now.addresses.toSorted().join(' ');
  return [...(passedMs > EVERY_MS + SLEPT_MS ? (['woke'] as const) : []), ...(isSame ? [] : (['addresses'] as const))];
}

function lookAround(): NetworkSight {
  return { addresses: hostAddresses(), wallMs: Date.now(), monotonicMs: performance.now() };
}
