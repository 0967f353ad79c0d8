/**
 * Introduces this side and a peer, by the rules of the server (docs/rendezvous.md): once both have asked, with the endpoints,
 * a role, a key for the pair, and the instant at which both start. Of the two the one with the lower instance decides, and
 * tells the other.
 */
import { hkdfSync } from 'node:crypto';
import { type Endpoint, type Family, familyOf } from '../../endpoint.ts';
import type { ToldBehavior } from '../protocol/fields.ts';
import { roleOf } from '../protocol/role.ts';
import { rttMsOf, say } from './delivery.ts';
import type { BodyOf } from './message.ts';
import type { OwnAsk, Peer, State, TheirAsk } from './state.ts';

const FAMILIES = ['IPv4', 'IPv6'] as const satisfies readonly Family[];
const UNKNOWN: ToldBehavior = { mapping: 'undetermined', filtering: 'undetermined' };
const PAIR_KEY_BYTES = 32;
/** What reading the message takes, on top of its way. */
const START_MARGIN_MS = 1;

/** Introduces the two if this side decides, and both have asked. */
export function introduceIfReady(now: number, state: State, peer: Peer): void {
  const own = state.asks.get(peer.id);
  const { theirs } = peer;
  if (!own || own.isSpent || !theirs || theirs.isSpent || state.instance > peer.instance) return;
  const startAt = now + rttMsOf(peer) / 2 + START_MARGIN_MS;
  const [mine, yours] = [own.number, theirs.told.ask];
  if (!tell(state, peer, { own, theirs, numbers: [mine, yours], startInMs: startAt - now })) return;
  state.asks.set(peer.id, { ...own, isSpent: true });
  say(peer, { type: 'introduction', yours, mine, startAt });
}

/** Takes the introduction that the peer has decided. */
export function introduced(state: State, peer: Peer, { yours, mine, startInMs }: BodyOf<'introduction'>): void {
  const own = state.asks.get(peer.id);
  const { theirs } = peer;
  if (!own || !theirs || state.instance < peer.instance || yours > own.number) return;
  if (!tell(state, peer, { own, theirs, numbers: [mine, yours], startInMs })) return;
  // An ask that was made meanwhile is for another introduction.
  if (yours === own.number) state.asks.set(peer.id, { ...own, isSpent: true });
}

/** Tells this side; false where the two have no endpoints to meet at. */
function tell(
  state: State,
  peer: Peer,
  facts: {
    readonly own: OwnAsk;
    readonly theirs: TheirAsk;
    /** Those of the asks, the deciding side's first. */
    readonly numbers: readonly [number, number];
    readonly startInMs: number;
  },
): boolean {
  const { own, theirs, numbers, startInMs } = facts;
  const [first, second] = waysBetween(placesOf(state, own), theirPlaces(theirs));
  if (!first || state.id === null) return false;
  peer.theirs = { ...theirs, isSpent: true };
  const { candidates, behavior } = theirs.told;
  const role = roleOf({ id: state.id, behavior: own.told.behavior }, { id: peer.id, behavior });
  const key = pairKey(state, peer, numbers);
  const message = { peer: peer.id, ...first, ...(second && { also: second }), candidates, role, key } as const;
  state.outputs.push({
    kind: 'tell',
    message: { type: 'introduction', ...message, startInMs: Math.round(startInMs * 10) / 10 },
  });
  return true;
}

/** One side over one family. */
interface Place {
  readonly endpoint: Endpoint;
  readonly behavior: ToldBehavior;
}

type Places = Readonly<Partial<Record<Family, Place>>>;

function placesOf({ endpoints }: State, { told }: OwnAsk): Places {
  return placesAt([endpoints.get('first'), told.behavior], [endpoints.get('second'), told.behavior6]);
}

function theirPlaces({ told }: TheirAsk): Places {
  return placesAt([told.endpoint, told.behavior], [told.endpoint6, told.behavior6]);
}

function placesAt(...sockets: readonly (readonly [Endpoint | undefined, ToldBehavior | undefined])[]): Places {
  const places = sockets.flatMap(([endpoint, behavior = UNKNOWN]) =>
    endpoint ? [[familyOf(endpoint.address), { endpoint, behavior }] as const] : [],
  );
  // The first socket of a family counts.
  return Object.fromEntries(places.toReversed());
}

/** Where both are in each family that both have, IPv4 first; in the first of each where they have none in common. */
function waysBetween(own: Places, theirs: Places) {
  const way = (here: Place, there: Place) => ({ ...there, own: here.endpoint });
  const common = FAMILIES.flatMap((family) => {
    const [here, there] = [own[family], theirs[family]];
    return here && there ? [way(here, there)] : [];
  });
  const [here, there] = [own, theirs].map((places) => places.IPv4 ?? places.IPv6);
  return common.length > 0 || !here || !there ? common : [way(here, there)];
}

/** The key of the pair: from the key of the code, and from what each side has drawn; new for each introduction. */
function pairKey({ key, instance }: State, peer: Peer, numbers: readonly [number, number]): string {
  const instances = [instance, peer.instance].toSorted().join(' ');
  const derived = hkdfSync(
    'sha256',
    key,
    instances,
    `natcheck broker introduction ${numbers.join(' ')}`,
    PAIR_KEY_BYTES,
  );
  return Buffer.from(derived).toString('base64url');
}
