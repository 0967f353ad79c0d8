/**
 * The rules by which this server lends its endpoints to the partner's pages: for as long as it is told of a fragment, it carries
 * what names it to the partner, and sends what the partner asks for to where such datagrams came from, and nowhere else.
 */

import { decode } from '../../../../src/stun/decode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { attribute } from '../../../../src/stun/message.ts';
import { createCarriage } from '../../../browser/decisions/carriage.ts';
import { fragmentOf, fragmentOfId } from '../../../browser/decisions/fragment.ts';
import { type Rate, take } from '../../../limit/bucket.ts';
import type { PartnerCounts, PartnerRefusal } from '../counts.ts';
import { isHeard, type State, say } from '../state.ts';
import type { Carry, Transmit } from './message.ts';
import type { Lending } from './state.ts';

/** How many fragments of the partner are kept: those of 1,000 detections over one family, and few more. */
export const LEASES_MAX = 2_016;
/** How long a fragment counts that is told of: the partner tells again every second, and two lists in a row may be lost. */
export const LEASE_MS = 3_000;
/** What is carried to the partner for all fragments: enough for 30 browsers that are measured at the same moment, and 8 Mbit/s. */
export const LENT_PER_SECOND = 2_000;
/** From how many addresses datagrams may name one fragment: more than a browser behind several NATs has. */
const SPEAKERS_MAX = 8;
/** How long one that has spoken may be sent checks: longer than a detection takes. */
export const SPOKEN_MS = 15_000;
/** Checks that the partner has sent for one detection: a few more than the partner's own limit, which is to come first. */
export const LENT_CHECKS: Rate = { burst: 150, intervalMs: 1000 / 25 };
/** And for all of them: twice what the partner asks for. */
export const LENT_CHECKS_PER_SECOND = 2_000;
const CHECKS_IN_ALL: Rate = { burst: LENT_CHECKS_PER_SECOND, intervalMs: 1_000 / LENT_CHECKS_PER_SECOND };

export function createLending(counts: PartnerCounts): Lending {
  const carriage = createCarriage({ inAllPerSecond: LENT_PER_SECOND, counts: { carried: 0, refused: counts.unsent } });
  return { leases: new Map(), carriage, checksMs: Number.NEGATIVE_INFINITY };
}

/** Whether a datagram names a fragment of the partner's pages. */
export function isLent(state: State, bytes: Uint8Array): boolean {
  const { leases } = state.lending;
  return leases.size > 0 && leases.has(fragmentOf(bytes) ?? '');
}

/** Keeps the fragments that the partner tells of; those that there is no room for are left out. */
export function lease(state: State, fragments: readonly string[]): void {
  const { leases, carriage } = state.lending;
  const untilMs = state.nowMs + LEASE_MS;
  for (const fragment of fragments) {
    const known = leases.get(fragment);
    if (known) known.untilMs = untilMs;
    else if (leases.size >= LEASES_MAX) state.counts.refused['too-many']++;
    else {
      leases.set(fragment, { untilMs, checksMs: Number.NEGATIVE_INFINITY, speakers: new Map() });
      carriage.tell(fragment, { isThere: true });
      state.outputs.push({ kind: 'lease', fragment, isThere: true });
    }
  }
}

/** Forgets the fragments that the partner tells of no more. */
export function endLeases(state: State): void {
  const { leases, carriage } = state.lending;
  for (const [fragment, { untilMs }] of leases) {
    if (state.nowMs < untilMs) continue;
    leases.delete(fragment);
    carriage.tell(fragment, { isThere: false });
    state.outputs.push({ kind: 'lease', fragment, isThere: false });
  }
}

/** Carries a datagram to the partner, and remembers who has sent it. */
export function carry(state: State, carried: Carry): void {
  const { peer, nowMs, counts, lending } = state;
  const { bytes, remote } = carried;
  const found = lending.leases.get(fragmentOf(bytes) ?? '');
  if (!found) return;
  if (!peer || !isHeard(state)) {
    counts.unsent['partner-down']++;
    return;
  }
  if (lending.carriage.judge(nowMs, bytes) !== 'carried') return;
  const { speakers } = found;
  for (const [address, atMs] of speakers) if (nowMs - atMs >= SPOKEN_MS) speakers.delete(address);
  if (speakers.has(remote.address) || speakers.size < SPEAKERS_MAX) speakers.set(remote.address, nowMs);
  say(state, peer.epoch, { kind: 'carry', carry: carried });
}

/**
 * Has a check sent for the partner, to an address from which this very server has got a datagram that names the same detection: so
 * not even whoever has the secret can aim at somebody who has sent nothing. The port may be another, since it is another socket of
 * the browser whose filter is tested.
 */
export function takeTransmit(state: State, transmit: Transmit): PartnerRefusal | null {
  const { nowMs, lending } = state;
  if (!isCheck(transmit.bytes)) return 'no-check';
  const found = lending.leases.get(fragmentOfId(transmit.bytes));
  if (!found || nowMs >= found.untilMs) return 'no-such-fragment';
  const spokenMs = found.speakers.get(transmit.to.address);
  if (spokenMs === undefined || nowMs - spokenMs >= SPOKEN_MS) return 'unspoken';
  const ofDetection = take(nowMs, found.checksMs, LENT_CHECKS);
  const inAll = take(nowMs, lending.checksMs, CHECKS_IN_ALL);
  if (ofDetection === null || inAll === null) return 'too-many';
  found.checksMs = ofDetection;
  lending.checksMs = inAll;
  state.outputs.push({ kind: 'transmit', transmit });
  return null;
}

/** Whether it is a Binding request of ICE (RFC 8445 §7.1.1), and nothing else. */
function isCheck(bytes: Uint8Array): boolean {
  const decoded = decode(bytes);
  if (!decoded.ok) return false;
  const { message } = decoded;
  if (message.class !== 'request' || message.method !== METHOD.binding) return false;
  const names = ['USERNAME', 'PRIORITY', 'MESSAGE-INTEGRITY', 'FINGERPRINT'] as const;
  return names.every((name) => attribute(message, name) !== undefined);
}
