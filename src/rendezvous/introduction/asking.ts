/** Asking for peers, and what the server then says of them. */
import type { ServerMessage, ServerMessageOf } from '../protocol/server-message.ts';
import { giveUp } from './failing.ts';
import type { PeerNews } from './output.ts';
import { type State, type Told, waiting } from './state.ts';

/** Has the candidates gathered for the peers that are to be asked for, once the server has seen this side. */
export function gatherIfWanted<T extends Told>(state: State<T>): void {
  const { phase, own } = state;
  if (phase.kind !== 'joined' || !phase.hasBound || !own || state.gatheringFor) return;
  if (!waiting(state).some((peer) => peer.phase === 'wanted')) return;
  state.gatheringFor = own;
  state.outputs.push({ kind: 'gather', own });
}

/** Asks for all that are wanted, unless the server has seen this side elsewhere meanwhile. */
export function gathered<T extends Told>(now: number, state: State<T>, told: T): void {
  const isStale = state.gatheringFor !== state.own;
  state.gatheringFor = null;
  if (isStale || state.phase.kind !== 'joined' || !state.phase.hasBound) return;
  for (const peer of waiting(state)) {
    if (peer.phase !== 'wanted') continue;
    const { candidates, behavior } = told;
    state.outputs.push({
      kind: 'send',
      message: { type: 'ask', peer: peer.id, candidates: [...candidates], behavior },
    });
    Object.assign(peer, { phase: 'asked', told });
    if (!peer.hasBeenAsked) peer.by = now + peer.waitMs;
    peer.hasBeenAsked = true;
  }
}

export function want<T extends Told>(
  now: number,
  state: State<T>,
  { peer: id, waitMs }: { readonly peer: string; readonly waitMs: number },
): void {
  const known = state.peers.get(id);
  if (known) Object.assign(known, { phase: 'wanted', told: null });
  else state.peers.set(id, { id, waitMs, phase: 'wanted', by: now + waitMs, hasBeenAsked: false, told: null });
}

export function forget<T extends Told>(state: State<T>, id: string): void {
  const peer = state.peers.get(id);
  state.peers.delete(id);
  if (peer?.phase === 'asked') withdraw(state, id);
}

/** Gives up the peers whose time is over. The first binding, and gathering, are waited for all the same. */
export function expire<T extends Told>(now: number, state: State<T>): void {
  if (!mayExpire(state)) return;
  for (const peer of waiting(state)) {
    if (now < peer.by) continue;
    if (peer.phase === 'asked') withdraw(state, peer.id);
    giveUp(state, peer, { reason: 'no-peer' });
  }
}

export function mayExpire<T extends Told>({ phase, binding, own, gatheringFor }: State<T>): boolean {
  return phase.kind === 'joined' && !gatheringFor && (own !== null || binding === null);
}

/** What the server says of peers. An introduction that nobody has asked for is none. */
export function hear<T extends Told>(
  now: number,
  state: State<T>,
  message: Exclude<ServerMessage, { readonly type: 'joined' | 'ticket' }>,
): void {
  switch (message.type) {
    case 'introduction':
      introduced(now, state, message);
      break;
    case 'wanted':
      if (state.peers.has(message.peer)) tell(state, message.peer, { kind: 'anew' });
      else state.outputs.push({ kind: 'incoming', peer: message.peer });
      break;
    case 'peer-left':
      if (message.reason === 'lost') tell(state, message.peer, { kind: 'lost' });
      break;
    case 'signal':
      tell(state, message.peer, { kind: 'signal', data: message.data });
      break;
  }
}

function introduced<T extends Told>(now: number, state: State<T>, introduction: ServerMessageOf<'introduction'>): void {
  const peer = state.peers.get(introduction.peer);
  if (!peer?.told || peer.phase === 'introduced') return;
  peer.phase = 'introduced';
  state.outputs.push({ kind: 'introduced', introduction, at: now, told: peer.told });
}

function tell<T extends Told>(state: State<T>, peer: string, news: PeerNews): void {
  if (state.peers.get(peer)?.phase === 'introduced') state.outputs.push({ kind: 'news', peer, news });
}

function withdraw<T extends Told>(state: State<T>, peer: string): void {
  if (state.phase.kind === 'joined') state.outputs.push({ kind: 'send', message: { type: 'withdraw', peer } });
}
