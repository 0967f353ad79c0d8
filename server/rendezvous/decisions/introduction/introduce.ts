/** Introduces two peers: gives each the other's endpoint, a key for the pair, and the instant at which both start. */
import { type Endpoint, type Family, familyOf } from '../../../../src/endpoint.ts';
import type { ToldBehavior } from '../../../../src/rendezvous/protocol/fields.ts';
import { roleOf } from '../../../../src/rendezvous/protocol/role.ts';
import { secretOf } from '../../../secret.ts';
import { roundTripMs } from '../round-trip.ts';
import { send } from '../say.ts';
import { type Ask, type PeerSession, peerOf, type State } from '../state.ts';

const PAIR_KEY_BYTES = 32;
const FAMILIES = ['IPv4', 'IPv6'] as const satisfies readonly Family[];
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };
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
  if (oneRttMs === null || otherRttMs === null) return;
  const ways = waysBetween({ session: one, ask: oneAsk }, { session: other, ask: otherAsk });
  if (ways.length === 0) return;
  one.asks.set(other.id, spend(oneAsk));
  other.asks.set(one.id, spend(otherAsk));
  const key = secretOf(state.randomBytes(PAIR_KEY_BYTES));
  // The instant counts from now; each message takes half of its peer's round trip to arrive.
  const startMs = Math.max(oneRttMs, otherRttMs) / 2 + START_MARGIN_MS;
  const facts = { oneAsk, otherAsk, key, ways };
  tell(state, one, { ...facts, peer: other, startInMs: startMs - oneRttMs / 2 });
  const turned = ways.map(([own, peer]) => [peer, own] as const);
  tell(state, other, {
    oneAsk: otherAsk,
    otherAsk: oneAsk,
    key,
    ways: turned,
    peer: one,
    startInMs: startMs - otherRttMs / 2,
  });
  state.counts.introductions++;
}

/** What is left of an ask after the introduction: signals still pass. */
function spend({ behavior }: Ask): Ask {
  return { candidates: [], behavior, spent: true };
}

/** One side over one family: where its socket is, and what it has said of its network there. */
interface Place {
  readonly endpoint: Endpoint;
  readonly behavior: ToldBehavior;
}

interface Asking {
  readonly session: PeerSession;
  readonly ask: Ask;
}

/** The places of both in each family that both have, IPv4 first; of the first of each where they have none in common. */
function waysBetween(one: Asking, other: Asking): readonly (readonly [Place, Place])[] {
  const common = FAMILIES.flatMap((family) => {
    const [a, b] = [placeOf(one, family), placeOf(other, family)];
    return a && b ? [[a, b] as const] : [];
  });
  const [a, b] = [firstPlaceOf(one), firstPlaceOf(other)];
  return common.length > 0 || !a || !b ? common : [[a, b]];
}

function firstPlaceOf(asking: Asking): Place | undefined {
  return FAMILIES.map((family) => placeOf(asking, family)).find((place) => place !== undefined);
}

function placeOf({ session, ask }: Asking, family: Family): Place | undefined {
  const { endpoints } = session;
  const [socket, endpoint] = [...endpoints].find(([, { address }]) => familyOf(address) === family) ?? [];
  if (!endpoint) return undefined;
  return { endpoint, behavior: (socket === 'first' ? ask.behavior : ask.behavior6) ?? UNKNOWN };
}

function tell(
  state: State,
  to: PeerSession,
  facts: {
    readonly peer: PeerSession;
    /** The receiver's ask, and its peer's. */
    readonly oneAsk: Ask;
    readonly otherAsk: Ask;
    /** The receiver's place and its peer's. */
    readonly ways: readonly (readonly [Place, Place])[];
    readonly key: string;
    readonly startInMs: number;
  },
): void {
  const { peer, oneAsk, otherAsk, ways, key, startInMs } = facts;
  const [first, second] = ways.map(([own, { endpoint, behavior }]) => ({ endpoint, behavior, own: own.endpoint }));
  if (!first) return;
  send(state, to, {
    type: 'introduction',
    peer: peer.id,
    ...first,
    ...(second && { also: second }),
    candidates: [...otherAsk.candidates],
    role: roleOf({ id: to.id, behavior: oneAsk.behavior }, { id: peer.id, behavior: otherAsk.behavior }),
    key,
    startInMs: Math.round(startInMs * 10) / 10,
  });
}
