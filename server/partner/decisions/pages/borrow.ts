/** The rules by which this server's pages use the endpoints of the partner, while that is up. */
import { CARRIED_MAX_BYTES } from '../../../browser/decisions/carriage.ts';
import { type Rate, take } from '../../../limit/bucket.ts';
import type { PartnerRefusal } from '../counts.ts';
import { type State, say, standingOf } from '../state.ts';
import { LEASES_MAX, LENT_PER_SECOND } from './lend.ts';
import { type Carry, LISTED_MAX, type Transmit } from './message.ts';
import type { Borrowing } from './state.ts';

/** How often all fragments are told again. */
export const FRAGMENTS_MS = 1_000;
/** Lists of fragments, of which each new one needs one at once: room for all fragments in every second, and as many new ones. */
const LISTS: Rate = { burst: 200, intervalMs: 1_000 / 200 };
/** Checks that the partner is to send for all pages together. */
export const BORROWED_CHECKS_PER_SECOND = 1_000;
const CHECKS: Rate = { burst: BORROWED_CHECKS_PER_SECOND, intervalMs: 1_000 / BORROWED_CHECKS_PER_SECOND };
/** What is taken of the partner: twice what it carries. */
export const BORROWED_PER_SECOND = 2 * LENT_PER_SECOND;
const CARRIED: Rate = { burst: BORROWED_PER_SECOND, intervalMs: 1_000 / BORROWED_PER_SECOND };

export function createBorrowing(): Borrowing {
  const full = Number.NEGATIVE_INFINITY;
  return { listsMs: full, checksMs: full, carriedMs: full };
}

/** Tells the partner of fragments, of too many only the last. It knows none of them while it is away. */
export function tellFragments(state: State, fragments: readonly string[]): void {
  const { peer } = state;
  if (!peer || standingOf(state) !== 'up') return;
  const told = fragments.slice(-LEASES_MAX);
  for (let at = 0; at < told.length; at += LISTED_MAX) {
    if (!spend(state, 'listsMs', LISTS)) {
      state.counts.unsent['too-many']++;
      return;
    }
    say(state, peer.epoch, { kind: 'fragments', fragments: told.slice(at, at + LISTED_MAX) });
  }
}

/** Has the partner send a check. */
export function askToTransmit(state: State, transmit: Transmit): void {
  const { peer, counts } = state;
  if (!peer || standingOf(state) !== 'up') counts.unsent['partner-down']++;
  else if (transmit.bytes.length > CARRIED_MAX_BYTES) counts.unsent['too-long']++;
  else if (!spend(state, 'checksMs', CHECKS)) counts.unsent['too-many']++;
  else say(state, peer.epoch, { kind: 'transmit', transmit });
}

/** Takes a datagram that came to the partner. */
export function takeCarry(state: State, carry: Carry): PartnerRefusal | null {
  if (!spend(state, 'carriedMs', CARRIED)) return 'too-many';
  state.outputs.push({ kind: 'carried', carry });
  return null;
}

function spend({ nowMs, borrowing }: State, bucket: keyof Borrowing, rate: Rate): boolean {
  const next = take(nowMs, borrowing[bucket], rate);
  if (next !== null) borrowing[bucket] = next;
  return next !== null;
}
