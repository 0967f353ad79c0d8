/** The ends of connections, by whatever side, and of what was passed on for them. */
import { ANSWER_MS } from './limits.ts';
import { close, forget, hand } from './say.ts';
import type { Client, ConnectionInput, State } from './state.ts';
import { tell } from './tell.ts';

/** What one node says to another for a client. */
export function sayingOf(input: ConnectionInput, c: number) {
  switch (input.kind) {
    case 'message':
      return { k: 'message', c, text: input.text } as const;
    case 'pong':
      return { k: 'pong', c, payload: input.payload } as const;
    case 'ping':
      return { k: 'ping', c } as const;
  }
}

/** A connection has ended, by whatever side. */
export function end(now: number, state: State, client: Client): void {
  const { stage, number } = client;
  if (stage.kind === 'away') tell(state, stage.home, { k: 'closed', c: number });
  else if (!client.guestOf || stage.kind === 'here') hand(now, state, { kind: 'closed', connection: number });
  forget(state, client);
}

/** Closes a connection that has no home yet. */
export function closeUnmet(now: number, state: State, client: Client): void {
  if (!client.guestOf) hand(now, state, { kind: 'closed', connection: client.number });
  close(state, client, { reason: 'its room cannot be found now' });
}

/** Closes the connections of this node whose rooms are at other nodes, which hear of it. */
export function endAway(state: State): void {
  for (const { stage, number: c } of state.clients.values()) {
    if (stage.kind === 'away') tell(state, stage.home, { k: 'closed', c });
  }
  closeAway(state);
}

/** Closes the connections of this node whose rooms are at another one. */
export function closeAway(state: State, node?: string): void {
  for (const client of state.clients.values()) {
    const { stage } = client;
    if (stage.kind !== 'away' || (node !== undefined && stage.home !== node)) continue;
    close(state, client, { reason: 'the way to the room is lost' });
  }
}

/** Closes the connections whose joins another node should have answered by now; they are to ask again. */
export function closeUnanswered(now: number, state: State): void {
  for (const client of state.clients.values()) {
    const { stage } = client;
    if (stage.kind !== 'away' || !stage.unmet || now - stage.since < ANSWER_MS) continue;
    tell(state, stage.home, { k: 'closed', c: client.number });
    close(state, client, { reason: 'its room does not answer' });
  }
}

/** Ends the connections that the node has here. */
export function forgetGuests(now: number, state: State, node: string): void {
  for (const number of [...(state.guests.get(node)?.values() ?? [])]) {
    const client = state.clients.get(number);
    if (client) end(now, state, client);
  }
}
