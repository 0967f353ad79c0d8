/** Finds the home of a room, which this node becomes where there is none. */

import { closeUnmet, sayingOf } from './end.ts';
import type { ClusterInput } from './input-output.ts';
import { RELAY_FIELD, RENEW_MS, RETRY_MS } from './limits.ts';
import { close, hand } from './say.ts';
import type { Client, ConnectionInput, Lookup, State } from './state.ts';
import { tell } from './tell.ts';

/** Looks for the home of the client's room, and has it join there. */
export function lookUp(
  now: number,
  state: State,
  { client, room, join }: { readonly client: Client; readonly room: string; readonly join: ConnectionInput },
): void {
  client.stage = { kind: 'looking', room, said: [join] };
  seek(now, state, client, room);
}

/** Looks again for the homes of those whose joins the node has not answered that is gone. */
export function lookAgain(now: number, state: State, node: string): void {
  for (const client of [...state.clients.values()]) {
    const { stage, number: connection, source } = client;
    if (stage.kind !== 'away' || stage.home !== node || !stage.unmet) continue;
    hand(now, state, { kind: 'opened', connection, source });
    client.stage = { kind: 'looking', ...stage.unmet };
    seek(now, state, client, stage.unmet.room);
  }
}

function seek(now: number, state: State, client: Client, room: string): void {
  const lookup = state.lookups.get(room);
  if (state.rooms.has(room)) settle(now, state, client);
  else if (!state.isUp || state.isDraining) closeUnmet(now, state, client);
  else if (lookup) lookup.clients.add(client);
  else {
    const asked = { claim: 0, retryAt: Number.NEGATIVE_INFINITY, clients: new Set([client]) };
    state.lookups.set(room, asked);
    claim(state, room, asked);
  }
}

function claim(state: State, room: string, lookup: Lookup): void {
  lookup.claim = ++state.claims;
  lookup.retryAt = Number.POSITIVE_INFINITY;
  state.outputs.push({ kind: 'claim', room, claim: lookup.claim });
}

/** Takes whose the room is. */
export function claimed(
  now: number,
  state: State,
  { room, claim: answered, home, ids: fields }: Extract<ClusterInput, { readonly kind: 'claimed' }>,
): void {
  const ids = fields.filter(({ id }) => id !== RELAY_FIELD);
  const relay = fields.find(({ id }) => id === RELAY_FIELD)?.digest;
  const lookup = state.lookups.get(room);
  if (!lookup) {
    // Nobody waits for it any more; ids in it are kept for a while.
    const isIdle = home === state.node && !state.rooms.has(room) && ids.length === 0;
    if (isIdle) state.outputs.push({ kind: 'release', room });
    return;
  }
  if (answered !== lookup.claim) return;
  if (home === null) {
    lookup.retryAt = now + RETRY_MS;
    return;
  }
  state.lookups.delete(room);
  if (home === state.node && state.isDraining && ids.length === 0) {
    // It was asked for before the drain began: another node is to open it.
    state.outputs.push({ kind: 'release', room });
    for (const client of lookup.clients) closeUnmet(now, state, client);
  } else if (home === state.node) {
    const kept = new Map(ids.map(({ id, digest }) => [id, digest]));
    state.rooms.set(room, { kept, relay: relay ?? null, renewAt: now + RENEW_MS });
    hand(now, state, { kind: 'adopt', room, ids, relay });
    for (const client of lookup.clients) settle(now, state, client);
  } else for (const client of lookup.clients) sendAway(now, state, client, { home, room });
}

/** Lets the client join here. */
function settle(now: number, state: State, client: Client): void {
  const { stage, number, guestOf, source, stun, near } = client;
  if (stage.kind !== 'looking') return;
  client.stage = { kind: 'here' };
  if (guestOf) hand(now, state, { kind: 'opened', connection: number, source, stun, near });
  for (const input of stage.said) hand(now, state, { ...input, connection: number });
}

/** Has the client join at another node; one that was sent here by another is to ask again. */
function sendAway(
  now: number,
  state: State,
  client: Client,
  { home, room }: { readonly home: string; readonly room: string },
): void {
  const { stage, number: c, guestOf, source } = client;
  if (stage.kind !== 'looking') return;
  if (guestOf) {
    close(state, client, { reason: 'the room is elsewhere' });
    return;
  }
  hand(now, state, { kind: 'closed', connection: c });
  const { said } = stage;
  client.stage = { kind: 'away', home, unmet: { room, said }, since: now };
  const [join, ...more] = said;
  if (join?.kind !== 'message' || join.text === null) return;
  tell(state, home, { k: 'open', c, source, stun: state.stun, near: state.region ?? undefined, room, join: join.text });
  for (const input of more) tell(state, home, sayingOf(input, c));
}

/** Asks again for the rooms that nobody got. */
export function askAgain(now: number, state: State): void {
  for (const [room, lookup] of state.lookups) {
    if (lookup.clients.size === 0) state.lookups.delete(room);
    else if (now >= lookup.retryAt) claim(state, room, lookup);
  }
}

/** Gives up all that is asked for: there will be no answer. */
export function dropLookups(now: number, state: State): void {
  for (const { clients } of state.lookups.values()) for (const client of clients) closeUnmet(now, state, client);
  state.lookups.clear();
}
