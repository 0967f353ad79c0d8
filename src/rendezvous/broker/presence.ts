/** Who is there: greetings until somebody has answered, the answers to those of others, and peers that come, go, or are lost. */
import { ROOM_PEERS_MAX } from '../protocol/bounds.ts';
import { publish } from './delivery.ts';
import type { BrokerMessage } from './message.ts';
import { createReplayWindow } from './replay-window.ts';
import { freshPeers, type Peer, peerOf, type State } from './state.ts';

/** The pause after the first greeting, which doubles up to the longest: twenty greetings in the first hour. */
const GREET_GAP_MIN_MS = 1_000;
const GREET_GAP_MAX_MS = 300_000;
/** How many greetings that come by one broker are answered at once, and one more in each of these times: an old one may be repeated by anybody. */
const ANSWERS_BURST = 16;
const ANSWER_EVERY_MS = 1_000;

/** Greets everybody when it is time, and somebody is missing. */
export function greetIfDue(now: number, state: State): void {
  if (now < greetAtOf(state)) return;
  if (!isSomebodyMissing(state)) {
    state.greetAt = Number.POSITIVE_INFINITY;
    return;
  }
  greet(now, state, null);
  state.greetedAt = now;
  state.greetAt = now + state.greetGapMs;
  state.greetGapMs = Math.min(GREET_GAP_MAX_MS, 2 * state.greetGapMs);
}

export function greetAtOf({ id, hasLeft, brokers, greetAt }: State): number {
  // Before the first broker is open there is nobody to greet.
  return id !== null && !hasLeft && brokers.size > 0 ? greetAt : Number.POSITIVE_INFINITY;
}

/** Greets by a broker that has just been opened: who is there may be at this one only. */
export function brokerOpened(now: number, state: State, broker: number): void {
  if (state.brokers.size === 0) greetSoon(now, state);
  else if (greetAtOf(state) !== Number.POSITIVE_INFINITY && isSomebodyMissing(state)) greet(now, state, broker);
  if (!state.brokers.has(broker)) state.brokers.set(broker, { answersAt: now });
}

/** Begins with greetings anew. Whoever comes greets as well, so that nobody has to greet because somebody has left. */
export function greetSoon(now: number, state: State): void {
  state.greetAt = now;
  state.greetGapMs = GREET_GAP_MIN_MS;
}

/** Has whoever is asked for greeted, no sooner than it would have been if it had been missing all the time. */
export function greetForAsk(now: number, state: State): void {
  if (state.greetAt === Number.POSITIVE_INFINITY) state.greetAt = Math.max(now, state.greetedAt + state.greetGapMs);
}

function isSomebodyMissing(state: State): boolean {
  const present = freshPeers(state);
  return present.length === 0 || [...state.asks].some(([id, { isSpent }]) => !isSpent && !peerOf(state, id));
}

function greet(now: number, state: State, broker: number | null): void {
  publish(now, state, { message: { heard: 0, first: 1, bodies: [] }, broker });
}

/** Notes a peer that has sent a message, if it is not known yet; null where it is not to be answered. */
export function noteSender(
  now: number,
  state: State,
  { message, broker }: { readonly message: BrokerMessage; readonly broker: number },
): Peer | null {
  const known = state.peers.get(message.instance);
  if (known) return known.id === message.from ? known : null;
  if (message.to === undefined && !mayAnswer(now, state, broker)) return null;
  makeRoom(state);
  const peer: Peer = {
    ...{ id: message.from, instance: message.instance, isFresh: false },
    ...{ rttsMs: [], seen: createReplayWindow(), last: null, heard: 0 },
    ...{ sayings: [], firstNumber: 1, againAt: Number.POSITIVE_INFINITY, tries: 0 },
    ...{ confirmAt: Number.POSITIVE_INFINITY, isDue: false, sentAt: Number.NEGATIVE_INFINITY, theirs: null },
  };
  state.peers.set(peer.instance, peer);
  return peer;
}

/** Whether a greeting is answered that has come by that broker. */
export function mayAnswer(now: number, { brokers }: State, broker: number): boolean {
  const limit = brokers.get(broker) ?? { answersAt: now };
  const answersAt = Math.max(now, limit.answersAt) + ANSWER_EVERY_MS;
  if (answersAt - now > ANSWERS_BURST * ANSWER_EVERY_MS) return false;
  limit.answersAt = answersAt;
  return true;
}

/** Forgets whoever has not answered yet, the longest known first, when there are too many. */
function makeRoom(state: State): void {
  const { peers } = state;
  if (peers.size < ROOM_PEERS_MAX) return;
  const old = [...peers.values()].find(({ isFresh }) => !isFresh) ?? [...peers.values()][0];
  if (!old) return;
  gone(state, old, 'lost');
  peers.delete(old.instance);
}

/** A peer has answered this instance, so that it is there now: in place of any earlier process with its id. */
export function arrived(state: State, peer: Peer): void {
  if (peer.isFresh) return;
  const former = peerOf(state, peer.id);
  if (former) gone(state, former, 'lost');
  peer.isFresh = true;
  state.greetGapMs = GREET_GAP_MIN_MS;
  if (!isSomebodyMissing(state)) state.greetAt = Number.POSITIVE_INFINITY;
  state.outputs.push({ kind: 'tell', message: { type: 'peer-joined', peer: peer.id } });
}

/**
 * A peer has left, or does not answer any more. Its record stays, so that nothing of before counts again, and it can come back: what it
 * was not told by now it will not be told, but the numbers go on.
 */
export function gone(state: State, peer: Peer, reason: 'left' | 'lost'): void {
  if (!peer.isFresh) return;
  const { sayings, seen } = peer;
  const nothing = { againAt: Number.POSITIVE_INFINITY, confirmAt: Number.POSITIVE_INFINITY, isDue: false, tries: 0 };
  Object.assign(peer, { isFresh: false, theirs: null, firstNumber: peer.firstNumber + sayings.length, ...nothing });
  sayings.length = 0;
  state.greetGapMs = GREET_GAP_MIN_MS;
  seen.close();
  // Whoever takes the id next is another peer.
  if (state.asks.get(peer.id)?.isSpent) state.asks.delete(peer.id);
  state.outputs.push({ kind: 'tell', message: { type: 'peer-left', peer: peer.id, reason } });
}
