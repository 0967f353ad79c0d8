/**
 * Introduces this side and a peer once both have asked: of the two the one with the lower instance decides, as a server would, on the key
 * for the pair and on the instant at which both start, and tells the other.
 */
import { hkdfSync } from 'node:crypto';
import { introductionOf } from '../peer-introduction.ts';
import { rttMsOf, say } from './delivery.ts';
import type { BodyOf } from './message.ts';
import type { OwnAsk, Peer, State, TheirAsk } from './state.ts';

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
  // Where too much is open to the peer already, its next ask is another chance.
  if (!state.endpoints.has('first') || !say(peer, { type: 'introduction', yours, mine, startAt })) return;
  tell(state, peer, { own, theirs, numbers: [mine, yours], startInMs: startAt - now });
  state.asks.set(peer.id, { ...own, isSpent: true });
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

/** Tells this side; false where it is not seen anywhere. */
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
  const { id, endpoints } = state;
  const endpoint = endpoints.get('first');
  if (!endpoint || id === null) return false;
  peer.theirs = { ...theirs, isSpent: true };
  const { behavior, behavior6 } = own.told;
  const side = { id, endpoint, endpoint6: endpoints.get('second'), behavior, behavior6 };
  const key = pairKey(state, peer, numbers);
  const message = introductionOf(side, { ...theirs.told, id: peer.id }, { key, startInMs });
  state.outputs.push({ kind: 'tell', message });
  return true;
}

/** The key of the pair: from the key of the code, and from what each side has drawn; new for each introduction. */
function pairKey({ key, instance }: State, peer: Peer, numbers: readonly [number, number]): string {
  const instances = [instance, peer.instance].toSorted().join(' ');
  const label = `natcheck broker introduction ${numbers.join(' ')}`;
  return Buffer.from(hkdfSync('sha256', key, instances, label, PAIR_KEY_BYTES)).toString('base64url');
}
