/**
 * Sends messages to one peer or to everybody. Brokers may lose, repeat and reorder: what is said to a peer is said again until
 * it is confirmed, everything that is open in one message, and confirmations travel with whatever else there is to say.
 */
import { BODIES_MAX, type Body, type BrokerMessage, formatBrokerMessage } from './message.ts';
import { sealMessage, TEXT_MAX_BYTES } from './seal.ts';
import type { Peer, Saying, State } from './state.ts';

/** How long a confirmation waits for something to travel with. */
const CONFIRM_AFTER_MS = 150;
/** The time until something is said again where no round trip is known, and the least; it doubles with each try. */
const AGAIN_UNKNOWN_MS = 700;
const AGAIN_MIN_MS = 400;
const AGAIN_MAX_MS = 8_000;
/** After so many, 17 s at 100 ms of round trip, the peer counts as lost. */
const TRIES_MAX = 7;
/** What of the round trip no honest peer causes. */
const RTT_MAX_MS = 2_000;
const RTTS_KEPT = 4;
/** A message that is confirmed later than this measures nothing. */
const HELD_MAX_MS = 3_600_000;
/** Where no round trip is known: halfway around the world and back. */
const RTT_UNKNOWN_MS = 200;
/** How many of the last messages are remembered, to measure round trips by. */
const SENT_KEPT = 32;
/** What the fields beside the bodies take at most. */
const ENVELOPE_MAX_BYTES = 512;

/** Has something said to the peer. @returns false where it does not fit into any message, or too much is open already. */
export function say(peer: Peer, saying: Saying): boolean {
  const isTooLong = Buffer.byteLength(JSON.stringify(saying)) > TEXT_MAX_BYTES - ENVELOPE_MAX_BYTES;
  if (isTooLong || peer.sayings.length >= BODIES_MAX) return false;
  peer.sayings.push(saying);
  peer.isDue = true;
  return true;
}

/** Sends what is due; returns the peers that were told often enough in vain. */
export function sendDue(now: number, state: State): readonly Peer[] {
  const lost: Peer[] = [];
  for (const peer of state.peers.values()) {
    if (now >= peer.againAt) {
      if (peer.tries >= TRIES_MAX) lost.push(peer);
      else peer.isDue = true;
    }
    if (now >= peer.confirmAt) peer.isDue = true;
    if (peer.isDue && !lost.includes(peer)) sendTo(now, state, peer);
  }
  return lost;
}

export function wakeAtOf({ againAt, confirmAt, isDue }: Peer): number {
  return isDue ? Number.NEGATIVE_INFINITY : Math.min(againAt, confirmAt);
}

function sendTo(now: number, state: State, peer: Peer): void {
  const { instance: to, last, heard, sayings, firstNumber: first } = peer;
  const re = last ? { number: last.number, heldMs: Math.round(Math.min(now - last.at, HELD_MAX_MS)) } : undefined;
  publish(now, state, { message: { to, re, heard, first, bodies: bodiesOf(now, peer) }, broker: null });
  Object.assign(peer, { isDue: false, sentAt: now });
  peer.confirmAt = Number.POSITIVE_INFINITY;
  peer.againAt = Number.POSITIVE_INFINITY;
  // Whoever has left says so once, and hears no confirmation.
  if (sayings.length === 0 || state.hasLeft) return;
  peer.againAt = now + Math.min(AGAIN_MAX_MS, againAfterMs(peer) * 2 ** peer.tries);
  peer.tries++;
}

function againAfterMs(peer: Peer): number {
  if (peer.rttsMs.length === 0) return AGAIN_UNKNOWN_MS;
  return Math.max(AGAIN_MIN_MS, 2 * (rttMsOf(peer) + CONFIRM_AFTER_MS));
}

/** As many of the open sayings, from the first on, as fit into a message. */
function bodiesOf(now: number, peer: Peer): Body[] {
  const bodies: Body[] = [];
  let left = TEXT_MAX_BYTES - ENVELOPE_MAX_BYTES;
  const arrivesAt = now + rttMsOf(peer) / 2;
  for (const saying of peer.sayings) {
    const body = bodyOf(arrivesAt, saying);
    left -= Buffer.byteLength(JSON.stringify(body)) + 1;
    if (left < 0) break;
    bodies.push(body);
  }
  return bodies;
}

function bodyOf(arrivesAt: number, saying: Saying): Body {
  if (saying.type !== 'introduction') return saying;
  const { startAt, ...rest } = saying;
  return { ...rest, startInMs: Math.round(Math.max(0, startAt - arrivesAt) * 10) / 10 };
}

/** Publishes a message of this side, with the next number. */
export function publish(
  now: number,
  state: State,
  {
    message,
    broker,
  }: {
    readonly message: Pick<BrokerMessage, 'to' | 're' | 'heard' | 'first' | 'bodies'>;
    readonly broker: number | null;
  },
): void {
  const { key, id: from, instance, randomBytes, sentAt } = state;
  if (from === null) return;
  const number = ++state.number;
  sentAt.set(number, now);
  sentAt.delete(number - SENT_KEPT);
  const bytes = sealMessage(key, formatBrokerMessage({ from, instance, number, ...message }), randomBytes);
  state.outputs.push({ kind: 'publish', broker, bytes });
}

/** Takes what a message says of those before it: the round trip, and what of this side has come. */
export function confirmed(
  now: number,
  state: State,
  { peer, message }: { readonly peer: Peer; readonly message: BrokerMessage },
): void {
  const { re, heard } = message;
  const sentAt = re && state.sentAt.get(re.number);
  if (re && sentAt !== undefined) {
    peer.rttsMs.push(Math.min(RTT_MAX_MS, Math.max(0, now - sentAt - re.heldMs)));
    if (peer.rttsMs.length > RTTS_KEPT) peer.rttsMs.shift();
  }
  const confirmedNow = Math.min(heard - (peer.firstNumber - 1), peer.sayings.length);
  if (confirmedNow <= 0) return;
  peer.sayings.splice(0, confirmedNow);
  peer.firstNumber += confirmedNow;
  peer.tries = 0;
  peer.againAt = peer.sayings.length > 0 ? now + againAfterMs(peer) : Number.POSITIVE_INFINITY;
}

/**
 * Returns the bodies of a message that have not come before, in order. Each message has all that is not confirmed, so that one before the
 * first that is missing will not come any more: the peer has given it up.
 */
export function newBodies(now: number, peer: Peer, { first, bodies }: BrokerMessage): readonly Body[] {
  if (bodies.length === 0) return [];
  peer.confirmAt = Math.min(peer.confirmAt, now + CONFIRM_AFTER_MS);
  const fresh = bodies.slice(Math.max(0, peer.heard + 1 - first));
  peer.heard = Math.max(peer.heard, first + bodies.length - 1);
  return fresh;
}

/** The round trip to the peer: the least of the last few is the way without the queues. */
export function rttMsOf({ rttsMs }: Peer): number {
  return rttsMs.length === 0 ? RTT_UNKNOWN_MS : Math.min(...rttsMs);
}
