/** Introduces two peers: gives each the other's endpoint, a key for the pair, and the instant at which both start. */
import { roleOf } from '../../../src/rendezvous/protocol/role.ts';
import { secretOf } from '../../secret.ts';
import { roundTripMs } from './round-trip.ts';
import { send } from './say.ts';
import { type Ask, type PeerSession, peerOf, type State } from './state.ts';

const PAIR_KEY_BYTES = 32;
/**
 * What reading the message takes, on top of the slower peer's way. A side that is later begins with the other's check.
 */
const START_MARGIN_MS = 1;

/** Introduces the session to every peer for which what was just learned was the last thing missing. */
export function introduceReady(state: State, session: PeerSession): void {
  for (const [id, { spent }] of session.asks) {
    const peer = spent ? undefined : peerOf(session, id);
    if (peer) introduceIfReady(state, session, peer);
  }
}

/** Introduces two peers if both have asked and are there, and both have a proven endpoint and a measured round trip. */
export function introduceIfReady(state: State, one: PeerSession, other: PeerSession): void {
  const oneAsk = one.asks.get(other.id);
  const otherAsk = other.asks.get(one.id);
  const oneRttMs = roundTripMs(one.connection);
  const otherRttMs = roundTripMs(other.connection);
  if (!oneAsk || oneAsk.spent || !otherAsk || otherAsk.spent) return;
  if (!one.endpoint || !other.endpoint || oneRttMs === null || otherRttMs === null) return;
  one.asks.set(other.id, spend(oneAsk));
  other.asks.set(one.id, spend(otherAsk));
  const key = secretOf(state.randomBytes(PAIR_KEY_BYTES));
  // The instant counts from now; each message takes half of its peer's round trip to arrive.
  const startMs = Math.max(oneRttMs, otherRttMs) / 2 + START_MARGIN_MS;
  tell(state, one, { own: oneAsk, peer: other, ask: otherAsk, key, startInMs: startMs - oneRttMs / 2 });
  tell(state, other, { own: otherAsk, peer: one, ask: oneAsk, key, startInMs: startMs - otherRttMs / 2 });
  state.counts.introductions++;
}

/** What is left of an ask after the introduction: signals still pass. */
function spend({ behavior }: Ask): Ask {
  return { candidates: [], behavior, spent: true };
}

function tell(
  state: State,
  to: PeerSession,
  facts: {
    readonly own: Ask;
    readonly peer: PeerSession;
    readonly ask: Ask;
    readonly key: string;
    readonly startInMs: number;
  },
): void {
  const { own, peer, ask, key, startInMs } = facts;
  if (!to.endpoint || !peer.endpoint) return;
  send(state, to, {
    type: 'introduction',
    peer: peer.id,
    endpoint: peer.endpoint,
    candidates: [...ask.candidates],
    behavior: ask.behavior,
    own: to.endpoint,
    role: roleOf({ id: to.id, behavior: own.behavior }, { id: peer.id, behavior: ask.behavior }),
    key,
    startInMs: Math.round(startInMs * 10) / 10,
  });
}
