/** Waits for a relayed path to become direct. */
import { pause } from '../../net/waits.ts';
import { isThroughRelay } from '../attempt/outcome/endpoints-in-use.ts';
import type { PunchPlan } from '../attempt/plan.ts';
import type { AttemptResult } from '../connect.ts';

/** A path that has not opened by then, after the time of its plan, will not open. */
const PATIENCE_MS = 5_000;

type Connected = Extract<AttemptResult, { readonly kind: 'connected' }>;
type Switched = Awaited<Connected['switched']>;

/**
 * Resolves to null at once if the path is direct, or if no direct path can be hoped for; on disposal; when the path ends; and
 * when it takes too long.
 */
export function awaitUpgrade(
  { event, switched }: Pick<Connected, 'event' | 'switched'>,
  { technique, seconds, otherwise }: Pick<PunchPlan, 'technique' | 'seconds' | 'otherwise'>,
): Disposable & { readonly switched: Promise<Switched | null> } {
  const ended = new AbortController();
  const isHopeless = !isThroughRelay(event.pair) || technique === 'relay';
  const longest = Math.max(seconds, otherwise?.seconds ?? 0);
  const late = pause(isHopeless ? 0 : longest * 1000 + PATIENCE_MS, ended.signal).then(
    () => null,
    () => null,
  );
  const first = isHopeless ? Promise.resolve(null) : Promise.race([switched, late]);
  return {
    switched: first.then((result) => {
      ended.abort();
      return result;
    }),
    [Symbol.dispose]: () => ended.abort(),
  };
}
