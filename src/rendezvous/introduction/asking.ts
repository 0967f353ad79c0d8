/** The rules of asking for peers, and of what the server says about them. */
import type { ServerMessage, ServerMessageOf } from '../protocol/server-message.ts';
import { giveUp } from './failing.ts';
import type { PeerNews } from './output.ts';
import { explainAbsence } from './presence.ts';
import { secondAwaitedUntil } from './second-socket.ts';
import { type Peer, type State, type Told, waiting } from './state.ts';

/** The peer follows the later introduction at once; one that is older than this has been followed in vain by now. */
const LATER_FRESH_MS = 1_000;

/** Starts gathering candidates for the peers that are still to be asked for, once the server has seen this side. */
export function gatherIfWanted<T extends Told>(now: number, state: State<T>): void {
  const { own, second } = state;
  if (!own || !mayGather(state) || now < secondAwaitedUntil(state)) return;
  const number = ++state.gatherings;
  const own6 = second?.own ?? null;
  state.gathering = { number, own, own6 };
  state.outputs.push({ kind: 'gather', gathering: number, own, own6 });
}

/** Whether there is somebody to gather for, and the server has seen this side. */
function mayGather<T extends Told>(state: State<T>): boolean {
  const { phase, own, gathering } = state;
  if (phase.kind !== 'joined' || !phase.hasBound || !own || gathering) return false;
  return waiting(state).some((peer) => peer.phase === 'wanted');
}

/** Returns when gathering that only waits for the second socket is due. */
export function gatherAt<T extends Told>(state: State<T>): number {
  return mayGather(state) ? secondAwaitedUntil(state) : Number.POSITIVE_INFINITY;
}

/** Asks for all wanted peers, unless the server has seen this side at another endpoint meanwhile. */
export function gathered<T extends Told>(
  now: number,
  state: State<T>,
  { gathering, told }: { readonly gathering: number; readonly told: T },
): void {
  if (gathering !== state.gathering?.number) return;
  const { own, own6 } = state.gathering;
  const isStale = own !== state.own || own6 !== (state.second?.own ?? null);
  state.gathering = null;
  if (isStale || state.phase.kind !== 'joined' || !state.phase.hasBound) return;
  for (const peer of waiting(state)) {
    if (peer.phase !== 'wanted') continue;
    const { candidates, behavior, behavior6 } = told;
    const update = peer.isAsked && ({ isUpdate: true } as const);
    state.outputs.push({
      kind: 'send',
      message: { type: 'ask', peer: peer.id, candidates: [...candidates], behavior, behavior6, ...update },
    });
    if (!peer.isAsked) peer.openAsks++;
    Object.assign(peer, { phase: 'asked', isAsked: true, told });
    if (!peer.hasBeenAsked) peer.by = now + peer.waitMs;
    peer.hasBeenAsked = true;
  }
}

/** Tells the peers that were asked for, and have not been introduced, what is known now. */
export function changed<T extends Told>(state: State<T>): void {
  for (const peer of waiting(state)) peer.phase = 'wanted';
}

export function want<T extends Told>(
  now: number,
  state: State<T>,
  { peer: id, waitMs }: { readonly peer: string; readonly waitMs: number },
): void {
  const known = state.peers.get(id);
  const later = known?.later;
  const fresh = { phase: 'wanted', isAsked: false, openAsks: 0, later: null, told: null } as const;
  if (!known) state.peers.set(id, { id, waitMs, by: now + waitMs, hasBeenAsked: false, ...fresh });
  else if (later && now - later.at < LATER_FRESH_MS) follow(state, known, later);
  else Object.assign(known, fresh);
}

export function forget<T extends Told>(state: State<T>, id: string): void {
  const peer = state.peers.get(id);
  state.peers.delete(id);
  if (peer?.phase === 'asked') withdraw(state, id);
}

/** Gives up the peers whose time is over, but not before the first binding and gathering have ended. */
export function expire<T extends Told>(now: number, state: State<T>): void {
  if (!mayExpire(state)) return;
  for (const peer of waiting(state)) {
    if (now < peer.by) continue;
    if (peer.phase === 'asked') withdraw(state, peer.id);
    giveUp(state, peer, {
      reason: 'no-peer',
      detail: explainAbsence(state.presence, { ...peer, hasCode: state.hasCode }),
    });
  }
}

export function mayExpire<T extends Told>({ phase, binding, own, gathering }: State<T>): boolean {
  return phase.kind === 'joined' && !gathering && (own !== null || binding === null);
}

/** Handles what the server says about peers. An introduction to a peer that was not asked for is ignored. */
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
    case 'peer-joined':
      state.outputs.push({ kind: 'present', peer: message.peer });
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
  if (!peer?.told || (peer.phase === 'introduced' && peer.openAsks === 0)) return;
  const output = { kind: 'introduced', introduction, at: now, told: peer.told } as const;
  if (peer.phase !== 'introduced') {
    peer.openAsks--;
    follow(state, peer, output);
    return;
  }
  // An ask of this side was on its way when the former introduction came, and the peer has answered that ask.
  Object.assign(peer, { openAsks: 0, later: output });
  tell(state, peer.id, { kind: 'replaced' });
}

function follow<T extends Told>(state: State<T>, peer: Peer<T>, output: NonNullable<Peer<T>['later']>): void {
  Object.assign(peer, { phase: 'introduced', told: output.told, later: null });
  state.outputs.push(output);
}

function tell<T extends Told>(state: State<T>, peer: string, news: PeerNews): void {
  if (state.peers.get(peer)?.phase === 'introduced') state.outputs.push({ kind: 'news', peer, news });
}

function withdraw<T extends Told>(state: State<T>, peer: string): void {
  if (state.phase.kind === 'joined') state.outputs.push({ kind: 'send', message: { type: 'withdraw', peer } });
}
