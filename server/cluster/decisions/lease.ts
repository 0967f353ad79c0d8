/** Whether this node may act: beats to Redis prove it for a while, and without them it gives up its rooms in time. */
import type { NodeRelay } from '../../turn/choice/offer.ts';
import { closeAway, closeUnanswered } from './end.ts';
import type { ClusterInput } from './input-output.ts';
import { BEAT_MS, FENCE_MS } from './limits.ts';
import { restart, unlink } from './link.ts';
import { askAgain, dropLookups } from './lookup.ts';
import { readOffers, writeOffer } from './offer.ts';
import { giveUp, renew } from './rooms.ts';
import { close, hand } from './say.ts';
import type { State } from './state.ts';

/** Stops acting when the last beat is too long ago. This comes before all else, however late this process got to run. */
export function checkLease(now: number, state: State): void {
  if (!state.isServing || now - state.provenAt < FENCE_MS) return;
  state.isServing = false;
  state.counts.lapses++;
  dropLookups(now, state);
  closeAway(state);
  for (const room of [...state.rooms.keys()]) giveUp(now, state, room);
  // What is left has not joined yet.
  for (const client of [...state.clients.values()]) {
    hand(now, state, { kind: 'closed', connection: client.number });
    close(state, client, { reason: 'not ready' });
  }
}

export function up(now: number, state: State): void {
  state.isUp = true;
  state.beatAt = now;
  beat(now, state);
  // Whatever was said meanwhile is lost.
  for (const node of state.links.keys()) restart(now, state, node);
}

export function down(now: number, state: State): void {
  state.isUp = false;
  dropLookups(now, state);
}

export function beaten(now: number, state: State, input: Extract<ClusterInput, { readonly kind: 'beaten' }>): void {
  const { sentAt, term, gone } = input;
  state.provenAt = sentAt;
  if (now - sentAt < FENCE_MS) state.isServing = true;
  for (const node of gone) unlink(now, state, node);
  const relays = readOffers(state, input);
  hand(now, state, { kind: 'relays', relays: [...ownRelay(state), ...relays] });
  if (state.term !== null && state.term !== term) renew(now, state, true);
  state.term = term;
}

/** Does what is due. */
export function look(now: number, state: State): void {
  if (!state.isUp || state.isClosing) return;
  if (now >= state.beatAt) {
    beat(now, state);
    renew(now, state);
    closeUnanswered(now, state);
  }
  askAgain(now, state);
}

/** Says at once, rather than with the next beat, that this node's relay is handed out no more. */
export function withdrawRelay(now: number, state: State): void {
  if (state.isUp) beat(now, state, true);
}

/** Others offer something else than before. */
export function learn(now: number, state: State): void {
  if (state.isUp && !state.isClosing) beat(now, state);
}

function beat(now: number, state: State, isNews = false): void {
  state.beatAt = now + BEAT_MS;
  const offer = writeOffer(state.isDraining ? null : state.readRelay());
  state.outputs.push({ kind: 'beat', watch: [...state.links.keys()], offer, isNews });
}

function ownRelay({ readRelay }: State): readonly NodeRelay[] {
  const relay = readRelay();
  return relay ? [{ ...relay, until: Number.POSITIVE_INFINITY }] : [];
}
