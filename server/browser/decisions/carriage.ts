/**
 * What a process that has sockets but no pages carries to the one that has the pages: datagrams that name a fragment of a page, and
 * of these no more than a browser sends, so that whoever floods one fragment takes nothing from the others.
 */

import { type Rate, take } from '../../limit/bucket.ts';
import { fragmentOf } from './fragment.ts';

/**
 * The longest check there can be, with two fragments of 256 characters (RFC 8839 §5.4) and all that browsers add to it; most have 100
 * to 150 bytes.
 */
export const CARRIED_MAX_BYTES = 400;
/**
 * What is carried for one fragment: a socket of a browser sends some 20 checks a second, for 8 s at most, and answers those of the
 * server. Of several processes each carries so many at once, since all of them may come to one, and its share over time.
 */
export const FRAGMENT_BURST = 150;
export const FRAGMENT_PER_SECOND = 25;
/** What is carried for all, by all processes together: enough for 130 browsers that are measured at the same moment. */
export const CARRIED_PER_SECOND = 8_000;

/** Why a datagram that names a fragment of a page is dropped. */
export const CARRIAGE_REFUSALS = [
  /** It is longer than any check. */
  'too-long',
  /** So many name its fragment that no more are carried now. */
  'too-many-of-fragment',
  /** So many are for pages that no more are carried now. */
  'too-many',
] as const;
export type CarriageRefusal = (typeof CARRIAGE_REFUSALS)[number];

export interface CarriageCounts {
  carried: number;
  readonly refused: Record<CarriageRefusal, number>;
}

export interface Carriage {
  /** Says that a fragment is there from now on, or no longer. */
  readonly tell: (fragment: string, change: { readonly isThere: boolean }) => void;
  /**
   * What becomes of a datagram, which is counted; `foreign` is one that is for no page. `now` is in ms of any one monotonic clock.
   */
  readonly judge: (now: number, bytes: Uint8Array) => 'carried' | 'dropped' | 'foreign';
}

interface State {
  readonly counts: CarriageCounts;
  readonly ofFragment: Rate;
  readonly inAll: Rate;
  /** The fragments that are there, each with its bucket (server/limit/bucket.ts). */
  readonly buckets: Map<string, number>;
  inAllMs: number;
}

export function createCarriageCounts(): CarriageCounts {
  return {
    carried: 0,
    refused: Object.fromEntries(CARRIAGE_REFUSALS.map((why) => [why, 0])) as Record<CarriageRefusal, number>,
  };
}

export interface CarriageOptions {
  /** How many processes share what is carried; default: 1. */
  readonly workers?: number;
  /** What all of them carry for all fragments; default: CARRIED_PER_SECOND. */
  readonly inAllPerSecond?: number;
  readonly counts: CarriageCounts;
}

export function createCarriage(options: CarriageOptions): Carriage {
  const { workers = 1, inAllPerSecond = CARRIED_PER_SECOND, counts } = options;
  const perSecond = inAllPerSecond / workers;
  const inAll = { burst: Math.ceil(perSecond), intervalMs: 1_000 / perSecond };
  const ofFragment = { burst: FRAGMENT_BURST, intervalMs: (1_000 / FRAGMENT_PER_SECOND) * workers };
  const state: State = { counts, ofFragment, inAll, buckets: new Map(), inAllMs: Number.NEGATIVE_INFINITY };
  return {
    tell: (fragment, { isThere }) => {
      if (!isThere) state.buckets.delete(fragment);
      else if (!state.buckets.has(fragment)) state.buckets.set(fragment, Number.NEGATIVE_INFINITY);
    },
    judge: (now, bytes) => judge(now, state, bytes),
  };
}

function judge(now: number, state: State, bytes: Uint8Array): ReturnType<Carriage['judge']> {
  const { buckets, counts } = state;
  if (buckets.size === 0) return 'foreign';
  const fragment = fragmentOf(bytes);
  const arrivalMs = fragment === null ? undefined : buckets.get(fragment);
  if (fragment === null || arrivalMs === undefined) return 'foreign';
  const refusal = bytes.length > CARRIED_MAX_BYTES ? 'too-long' : spend(now, state, { fragment, arrivalMs });
  if (refusal === null) counts.carried++;
  else counts.refused[refusal]++;
  return refusal === null ? 'carried' : 'dropped';
}

/** Takes a token of the fragment and one of all; what the fragment has used up costs the others nothing. */
function spend(
  now: number,
  state: State,
  { fragment, arrivalMs }: { readonly fragment: string; readonly arrivalMs: number },
): CarriageRefusal | null {
  const ofFragment = take(now, arrivalMs, state.ofFragment);
  if (ofFragment === null) return 'too-many-of-fragment';
  state.buckets.set(fragment, ofFragment);
  const inAll = take(now, state.inAllMs, state.inAll);
  if (inAll === null) return 'too-many';
  state.inAllMs = inAll;
  return null;
}
