/** What this side says to the rendezvous, and what its peers are told of that. */
import { familyOf } from '../../endpoint.ts';
import type { ClientMessage, ClientMessageOf } from '../protocol/client-message.ts';
import { roleOf } from '../protocol/role.ts';
import type { ServerMessage } from '../protocol/server-message.ts';
import { unusedTicket } from '../unused-ticket.ts';
import { say } from './delivery.ts';
import { introduceIfReady } from './introduce.ts';
import { greetForAsk, greetSoon } from './presence.ts';
import { freshPeers, type Peer, peerOf, type State } from './state.ts';

/** Obeys a message as the server would. */
export function obeyClient(now: number, state: State, message: ClientMessage): void {
  switch (message.type) {
    case 'join':
      join(now, state, message);
      break;
    case 'ticket':
      tell(state, { type: 'ticket', ticket: unusedTicket(state), ticket6: unusedTicket(state) });
      break;
    case 'ask':
      ask(now, state, message);
      break;
    case 'withdraw':
      withdraw(state, message.peer);
      break;
    case 'signal':
      signal(state, message);
      break;
    case 'leave':
      leave(state);
      break;
  }
}

function join(now: number, state: State, { id, room }: ClientMessageOf<'join'>): void {
  const resumed = state.id !== null;
  Object.assign(state, { id, room, hasLeft: false });
  const peers = freshPeers(state);
  const stun = state.stun();
  const hasIpv6 = stun.addresses?.some((address) => familyOf(address) === 'IPv6');
  tell(state, {
    ...{ type: 'joined', id, room, resumed, resumeKey: state.resumeKey, stun: { ...stun } },
    peers: peers.map((peer) => peer.id),
    ticket: unusedTicket(state),
    ...(hasIpv6 && { ticket6: unusedTicket(state) }),
  });
  greetSoon(now, state);
  for (const peer of peers) tellWanted(state, peer);
}

function ask(now: number, state: State, message: ClientMessageOf<'ask'>): void {
  const { peer: id, isUpdate } = message;
  const former = state.asks.get(id);
  if (id === state.id || (isUpdate && former?.isSpent !== false)) return;
  const number = isUpdate && former ? former.number : ++state.askNumber;
  state.asks.set(id, { number, told: message, isSpent: false });
  const peer = peerOf(state, id);
  tell(state, { type: 'asked', peer: id, present: peer !== undefined });
  if (!peer) {
    greetForAsk(now, state);
    return;
  }
  sayAsk(state, peer);
  if (!former) tellPaired(state, peer);
  introduceIfReady(now, state, peer);
}

/** Tells the peer this side's open ask for it, if there is one. */
export function sayAsk(state: State, peer: Peer): void {
  const own = state.asks.get(peer.id);
  const [endpoint, endpoint6] = [state.endpoints.get('first'), state.endpoints.get('second')];
  if (!own || own.isSpent || !endpoint) return;
  const { candidates, behavior, behavior6 } = own.told;
  const asked = { type: 'ask', ask: own.number, endpoint, endpoint6, candidates, behavior, behavior6 } as const;
  if (!say(peer, asked))
    state.outputs.push({ kind: 'notice', text: `${peer.id} cannot be asked: the list of candidates is too long` });
}

/** Tells this side that it and the peer have asked for each other. */
export function tellPaired(state: State, peer: Peer): void {
  const own = state.asks.get(peer.id);
  if (!own || !peer.theirs || state.id === null) return;
  const theirs = { id: peer.id, behavior: peer.theirs.told.behavior };
  const role = roleOf({ id: state.id, behavior: own.told.behavior }, theirs);
  tell(state, { type: 'paired', peer: peer.id, role });
}

/** Tells this side that the peer asks for it, unless it has asked as well. */
export function tellWanted(state: State, { id, theirs }: Peer): void {
  if (theirs && !theirs.isSpent && state.asks.get(id)?.isSpent !== false) tell(state, { type: 'wanted', peer: id });
}

function withdraw(state: State, id: string): void {
  const peer = peerOf(state, id);
  if (state.asks.delete(id) && peer) say(peer, { type: 'withdraw' });
}

function signal(state: State, { peer: id, data }: ClientMessageOf<'signal'>): void {
  const peer = peerOf(state, id);
  if (!peer?.theirs || !state.asks.has(id)) return;
  if (!say(peer, { type: 'signal', data })) {
    state.outputs.push({
      kind: 'notice',
      text: `a signal to ${id} is lost: it is too long, or too many are on their way`,
    });
  }
}

/** Tells everybody who is there, once: nobody is left to tell again. */
function leave(state: State): void {
  state.hasLeft = true;
  for (const peer of freshPeers(state)) say(peer, { type: 'leave' });
}

export function tell({ outputs }: State, message: ServerMessage): void {
  outputs.push({ kind: 'tell', message });
}
