/** What other nodes say: of their clients in rooms of this node, and to the clients of this node in theirs. */
import { readTicketName } from '../../stun/ticket/ticket-name.ts';
import { attendAnew, hearUsers } from './attend.ts';
import { say } from './edge.ts';
import { end } from './end.ts';
import type { ClusterInput } from './input-output.ts';
import { lookUp } from './lookup.ts';
import { close, hand } from './say.ts';
import { type Client, nodeName, type State } from './state.ts';
import { tell } from './tell.ts';
import type { Saying } from './wire.ts';

/** Takes what another node says of one of its clients, or to one of this node's. */
export function hear(
  now: number,
  state: State,
  { from, saying }: { readonly from: string; readonly saying: Saying },
): void {
  switch (saying.k) {
    case 'hello':
      // It has begun anew, or has never said anything before.
      attendAnew(state, from);
      break;
    case 'open':
      openGuest(now, state, { from, saying });
      break;
    case 'bound':
      hand(now, state, { kind: 'bound', ticket: saying.ticket, endpoint: saying.endpoint });
      break;
    case 'turn-users':
      hearUsers(state, from, saying);
      break;
    case 'send':
    case 'do-ping':
    case 'close':
      obey(state, from, saying);
      break;
    default:
      hearGuest(now, state, { from, saying });
  }
}

function openGuest(
  now: number,
  state: State,
  { from, saying }: { readonly from: string; readonly saying: Extract<Saying, { readonly k: 'open' }> },
): void {
  const { c, source, stun, near, room, join: text } = saying;
  const number = --state.guestNumbers;
  const client: Client = {
    ...{ number, source, guestOf: { node: from, number: c }, stun, near, arrivalMs: now },
    stage: { kind: 'new' },
  };
  if (!state.isServing || state.isClosing) {
    close(state, client, { reason: 'not ready' });
    return;
  }
  state.clients.set(number, client);
  const ofNode = state.guests.get(from) ?? new Map<number, number>();
  state.guests.set(from, ofNode.set(c, number));
  lookUp(now, state, { client, room, join: { kind: 'message', connection: number, text } });
}

function hearGuest(
  now: number,
  state: State,
  {
    from,
    saying,
  }: {
    readonly from: string;
    readonly saying: Extract<Saying, { readonly k: 'message' | 'pong' | 'ping' | 'closed' }>;
  },
): void {
  const connection = state.guests.get(from)?.get(saying.c);
  const client = connection === undefined ? undefined : state.clients.get(connection);
  if (!client) return;
  const { number } = client;
  switch (saying.k) {
    case 'message':
      say(now, state, client, { kind: 'message', connection: number, text: saying.text });
      break;
    case 'pong':
      say(now, state, client, { kind: 'pong', connection: number, payload: saying.payload });
      break;
    case 'ping':
      say(now, state, client, { kind: 'ping', connection: number });
      break;
    case 'closed':
      end(now, state, client);
      break;
  }
}

/** Does for a client of this node what the home of its room wants. */
function obey(state: State, from: string, saying: Extract<Saying, { readonly k: 'send' | 'do-ping' | 'close' }>): void {
  const client = state.clients.get(saying.c);
  if (client?.stage.kind !== 'away' || client.stage.home !== from) return;
  const { number: connection } = client;
  client.stage = { ...client.stage, unmet: null };
  if (saying.k === 'send') state.outputs.push({ kind: 'send', connection, message: saying.message });
  else if (saying.k === 'do-ping') state.outputs.push({ kind: 'ping', connection, payload: saying.payload });
  else close(state, client, saying);
}

/** Passes a ticket that was shown here to the node that has issued it. */
export function passBound(now: number, state: State, input: Extract<ClusterInput, { readonly kind: 'bound' }>): void {
  const { ticket, endpoint } = input;
  const name = readTicketName(ticket);
  const issuer = name && nodeName(name.node);
  // The next beat shows whether the node is there still; none can be made up, since the ticket was verified.
  if (!issuer || issuer === state.node) hand(now, state, input);
  else if (state.isServing) tell(state, issuer, { k: 'bound', ticket, endpoint });
}
