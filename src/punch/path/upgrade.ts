/** Waiting for a relayed path to become direct. */
import { isRelayed } from '../../ice/checklist/pair.ts';
import { pause } from '../../net/waits.ts';
import type { PunchPlan } from '../attempt/plan.ts';
import type { AttemptResult } from '../connect.ts';

/** What has not opened by then, after the plan's own time, does not. */
const PATIENCE_MS = 5_000;

type Connected = Extract<AttemptResult, { readonly kind: 'connected' }>;
type Switched = Awaited<Connected['switched']>;

/**
 * Null at once where the path is direct, or nothing direct is to be hoped for; on disposal; when the path ends; and when it
 * takes too long.
 */
export function awaitUpgrade(
  { event, switched }: Pick<Connected, 'event' | 'switched'>,
  { technique, seconds }: Pick<PunchPlan, 'technique' | 'seconds'>,
): Disposable & { readonly switched: Promise<Switched | null> } {
  const ended = new AbortController();
  const isHopeless = !isRelayed(event.pair) || technique === 'relay';
  const late = pause(isHopeless ? 0 : seconds * 1000 + PATIENCE_MS, ended.signal).then(
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
