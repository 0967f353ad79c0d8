/**
 * Asks for a peer by its id. Once both have asked, signals pass, and the two are introduced as soon as it is possible.
 */
import { ASKED_MAX_CHARACTERS, ASKS_MAX } from '../../../../src/rendezvous/protocol/bounds.ts';
import type { ClientMessageOf } from '../../../../src/rendezvous/protocol/client-message.ts';
import type { RefusalCode } from '../../../../src/rendezvous/protocol/refusal.ts';
import { roleOf } from '../../../../src/rendezvous/protocol/role.ts';
import { send } from '../say.ts';
import { arePaired, type PeerSession, peerOf, type State } from '../state.ts';
import { introduceIfReady } from './introduce.ts';

/** Enters an ask. The peer hears who has asked for it, and the rest only when it has asked as well. */
export function ask(state: State, session: PeerSession, message: ClientMessageOf<'ask'>): RefusalCode | null {
  const { peer: id, candidates, behavior, behavior6, isUpdate } = message;
  if (id === session.id) return 'peer-is-self';
  // It has crossed the introduction that the ask has led to.
  if (isUpdate && session.asks.get(id)?.spent !== false) return null;
  if (!hasRoomFor(session, message)) return 'too-many-asks';
  const peer = peerOf(session, id);
  const pairedBefore = peer !== undefined && arePaired(session, peer);
  session.asks.set(id, { candidates, behavior, behavior6, spent: false });
  send(state, session, { type: 'asked', peer: id, present: peer !== undefined });
  if (!peer) return null;
  const theirs = peer.asks.get(session.id);
  if (!theirs || theirs.spent) send(state, peer, { type: 'wanted', peer: session.id });
  if (!theirs) return null;
  if (!pairedBefore) {
    tellPaired(state, session, peer);
    tellPaired(state, peer, session);
  }
  introduceIfReady(state, session, peer);
  return null;
}

/** Tells a session that it and the peer have asked for each other. */
function tellPaired(state: State, session: PeerSession, peer: PeerSession): void {
  const [own, theirs] = [session.asks.get(peer.id), peer.asks.get(session.id)];
  if (!own || !theirs) return;
  const role = roleOf({ id: session.id, behavior: own.behavior }, { id: peer.id, behavior: theirs.behavior });
  send(state, session, { type: 'paired', peer: peer.id, role });
}

function hasRoomFor({ asks }: PeerSession, { peer, candidates }: ClientMessageOf<'ask'>): boolean {
  const others = [...asks].filter(([id]) => id !== peer).map(([, one]) => one.candidates);
  const characters = [candidates, ...others].flat().reduce((sum, { length }) => sum + length, 0);
  return others.length < ASKS_MAX && characters <= ASKED_MAX_CHARACTERS;
}

export function withdraw(session: PeerSession, { peer }: ClientMessageOf<'withdraw'>): void {
  session.asks.delete(peer);
}

/** Tells a peer that has just joined or rejoined who has asked for it. */
export function catchUp(state: State, session: PeerSession): void {
  for (const other of session.room.sessions.values()) {
    const theirs = other.asks.get(session.id);
    if (!theirs) continue;
    const own = session.asks.get(other.id);
    if (own) tellPaired(state, session, other);
    if (!theirs.spent && (!own || own.spent)) send(state, session, { type: 'wanted', peer: other.id });
  }
}

/** Forgets the asks that led to an introduction with a session that ends: whoever takes the id next is another peer. */
export function forgetSpentAsks(session: PeerSession): void {
  for (const id of session.asks.keys()) {
    const peer = peerOf(session, id);
    if (peer?.asks.get(session.id)?.spent) peer.asks.delete(session.id);
  }
}

export function signal(
  state: State,
  session: PeerSession,
  { peer: id, data }: ClientMessageOf<'signal'>,
): RefusalCode | null {
  if (id === session.id) return 'peer-is-self';
  const peer = peerOf(session, id);
  if (!peer || !arePaired(session, peer)) return 'not-paired';
  if (!peer.connection) return 'peer-away';
  state.counts.signals++;
  send(state, peer, { type: 'signal', peer: session.id, data });
  return null;
}
