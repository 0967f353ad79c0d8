/** What others say, as far as it is theirs, is new, and is for this instance. */
import { parseMessage } from '../protocol/parse.ts';
import { sayAsk, tell, tellPaired, tellWanted } from './client.ts';
import { confirmed, newBodies, publish } from './delivery.ts';
import { introduced, introduceIfReady } from './introduce.ts';
import { type Body, type BodyOf, type BrokerMessage, brokerMessage, isOfOtherVersion } from './message.ts';
import { arrived, gone, mayAnswer, noteSender } from './presence.ts';
import { openMessage } from './seal.ts';
import type { Peer, State } from './state.ts';

/** Whoever greets at one broker after the other is answered once in this time. */
const ANSWER_GAP_MS = 800;

export function hear(
  now: number,
  state: State,
  { broker, bytes }: { readonly broker: number; readonly bytes: Uint8Array },
): void {
  const text = state.id === null || state.hasLeft ? null : openMessage(state.key, bytes);
  if (text === null) return;
  const parsed = parseMessage(brokerMessage, text);
  if (parsed.ok) take(now, state, { message: parsed.message, broker });
  else if (isOfOtherVersion(text))
    noticeOnce(state, 'another version of natcheck is in the room: both sides need the same');
}

function take(
  now: number,
  state: State,
  { message, broker }: { readonly message: BrokerMessage; readonly broker: number },
): void {
  const { from, instance, number, to } = message;
  if (instance === state.instance || (to !== undefined && to !== state.instance)) return;
  if (from === state.id) {
    sameId(now, state, { message, broker });
    return;
  }
  const isKnown = state.peers.has(instance);
  const peer = noteSender(now, state, { message, broker });
  if (!peer?.seen.take(number)) return;
  peer.last = { number, at: now };
  if (to === undefined) {
    const isAnswered = now - peer.sentAt < ANSWER_GAP_MS || (isKnown && !mayAnswer(now, state, broker));
    if (!isAnswered) peer.isDue = true;
    return;
  }
  if (!peer.isFresh) welcome(state, peer);
  confirmed(now, state, { peer, message });
  for (const body of newBodies(now, peer, message)) obeyPeer(now, state, { peer, body });
}

/** Another side has the id of this one: both are told, so that whoever has begun them twice sees it in either place. */
function sameId(
  now: number,
  state: State,
  { message: { instance, to }, broker }: { readonly message: BrokerMessage; readonly broker: number },
): void {
  noticeOnce(state, state.sameId ?? `another peer in the room has the id ${state.id}: each side needs its own`);
  if (to !== undefined || !mayAnswer(now, state, broker)) return;
  publish(now, state, { message: { to: instance, heard: 0, first: 1, bodies: [] }, broker: null });
}

/** A peer that has answered this instance; it is answered as well, unless it has been. */
function welcome(state: State, peer: Peer): void {
  arrived(state, peer);
  if (peer.sentAt === Number.NEGATIVE_INFINITY) peer.isDue = true;
  sayAsk(state, peer);
}

function obeyPeer(now: number, state: State, { peer, body }: { readonly peer: Peer; readonly body: Body }): void {
  switch (body.type) {
    case 'ask':
      asked(now, state, { peer, body });
      break;
    case 'withdraw':
      peer.theirs = null;
      break;
    case 'introduction':
      introduced(state, peer, body);
      break;
    case 'signal':
      if (peer.theirs && state.asks.has(peer.id)) tell(state, { type: 'signal', peer: peer.id, data: body.data });
      break;
    case 'leave':
      gone(state, peer, 'left');
      break;
  }
}

function asked(now: number, state: State, { peer, body }: { readonly peer: Peer; readonly body: BodyOf<'ask'> }): void {
  const { theirs: former } = peer;
  // An update has crossed the introduction that the ask has led to.
  if (former?.isSpent && former.told.ask === body.ask) return;
  peer.theirs = { told: body, isSpent: false };
  if (!former || former.isSpent) tellWanted(state, peer);
  if (!former) tellPaired(state, peer);
  introduceIfReady(now, state, peer);
}

function noticeOnce(state: State, text: string): void {
  if (state.noticed.has(text) || state.noticed.size > 8) return;
  state.noticed.add(text);
  state.outputs.push({ kind: 'notice', text });
}
