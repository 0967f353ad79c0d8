/** The rules of who the friend is: the first two in the room are each other's. */
import type { ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';
import type { State } from './state.ts';

/** A page that was closed without a word keeps its place for 5 s (docs/rendezvous.md, "Coming back"). */
const FULL_WAIT_MS = 6_000;
/** The page tells nothing by its ask that its signals do not tell better. */
const UNTOLD = { candidates: [], behavior: { mapping: 'undetermined', filtering: 'undetermined' } } as const;

/** Notes who is in the room that was just joined, or joined again. */
export function noteOthers(now: number, state: State, { peers, resumed }: ServerMessageOf<'joined'>): void {
  state.others.clear();
  for (const id of peers) state.others.add(id);
  // A server that was restarted has forgotten what was asked for.
  if (state.friend && !(resumed && state.others.has(state.friend.id))) part(state, 'lost');
  choose(now, state);
}

export function heard(
  now: number,
  state: State,
  message: ServerMessageOf<'peer-joined' | 'peer-left' | 'wanted' | 'paired' | 'signal'>,
): void {
  const { peer } = message;
  const { friend, others, outputs } = state;
  switch (message.type) {
    case 'peer-joined':
      others.add(peer);
      if (friend) crowded(state);
      else choose(now, state);
      break;
    case 'peer-left':
      others.delete(peer);
      if (friend?.id === peer) part(state, message.reason);
      choose(now, state);
      break;
    case 'wanted':
      if (!friend) ask(state, peer);
      break;
    case 'paired':
      if (friend?.id !== peer || friend.isMet) break;
      state.friend = { id: peer, isMet: true };
      outputs.push({ kind: 'met', peer, role: message.role });
      break;
    case 'signal':
      if (friend?.id === peer) outputs.push({ kind: 'signal', data: message.data });
      break;
  }
}

/** Asks for the first of the others; a third one waits for one of the two to go. */
function choose(now: number, state: State): void {
  const { friend, others, outputs } = state;
  if (friend) return;
  const [first] = others;
  if (first === undefined) {
    seat(state);
    outputs.push({ kind: 'alone' });
  } else if (others.size === 1 || state.isSeated) ask(state, first);
  else if (state.fullUntil === null) {
    state.fullUntil = now + FULL_WAIT_MS;
    outputs.push({ kind: 'full' });
  }
}

function seat(state: State): void {
  state.isSeated = true;
  state.fullUntil = null;
}

function ask(state: State, peer: string): void {
  seat(state);
  state.friend = { id: peer, isMet: false };
  const { candidates, behavior } = UNTOLD;
  state.outputs.push({ kind: 'send', message: { type: 'ask', peer, candidates: [...candidates], behavior } });
}

function part(state: State, reason: 'left' | 'lost'): void {
  if (state.friend?.isMet) state.outputs.push({ kind: 'parted', reason });
  state.friend = null;
}

function crowded(state: State): void {
  if (state.isCrowded) return;
  state.isCrowded = true;
  state.outputs.push({ kind: 'crowded' });
}
