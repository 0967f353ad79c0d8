/** Receives a message: checks its rate, its form and its order, and passes it to the rule for it. */
import { type ClientMessage, clientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import type { RefusalCode } from '../../../src/rendezvous/protocol/refusal.ts';
import { take } from '../../limit/bucket.ts';
import { ask, signal, withdraw } from './introduction/ask.ts';
import { join, leave } from './join.ts';
import { turnOf } from './relays.ts';
import { CLOSE, hangUp, refuse, send } from './say.ts';
import { takeTicket } from './sources.ts';
import type { Connection, State } from './state.ts';
import { issueTickets } from './tickets.ts';

/** `text` is null for a binary message. */
export function receive(
  now: number,
  state: State,
  { connection, text }: { readonly connection: Connection; readonly text: string | null },
): void {
  const { limits } = state;
  connection.heardAt = now;
  const arrivalMs = take(now, connection.arrivalMs, { burst: limits.burst, intervalMs: 1000 / limits.perSecond });
  if (arrivalMs === null) {
    cutOff(now, state, connection);
    return;
  }
  connection.arrivalMs = arrivalMs;
  if (text === null) {
    refuse(state, connection, { code: 'bad-message', message: 'not text' });
    return;
  }
  const parsed = parseMessage(clientMessage, text);
  if (!parsed.ok) {
    refuse(state, connection, { code: 'bad-message', re: parsed.type, message: parsed.problem });
    return;
  }
  const { message } = parsed;
  const refusal = obey(now, state, { connection, message });
  if (refusal === null) return;
  refuse(state, connection, { code: refusal, re: message.type, ...('peer' in message && { peer: message.peer }) });
}

function obey(
  now: number,
  state: State,
  { connection, message }: { readonly connection: Connection; readonly message: ClientMessage },
): RefusalCode | null {
  const { session } = connection;
  if (message.type === 'join') {
    if (session) return 'already-joined';
    join(now, state, { connection, message });
    return null;
  }
  if (!session) return 'not-joined';
  switch (message.type) {
    case 'ticket':
      if (takeTicket(now, state, connection.source) > 0) return 'source-busy';
      send(state, connection, { type: 'ticket', ...issueTickets(now, state, session), ...turnOf(now, state, session) });
      return null;
    case 'ask':
      return ask(state, session, message);
    case 'withdraw':
      withdraw(session, message);
      return null;
    case 'signal':
      return signal(state, session, message);
    case 'leave':
      leave(now, state, { connection, session });
      return null;
  }
}

/** Receives a ping, or a pong that nobody asked for: it says nothing, but uses up the rate. */
export function receiveControl(now: number, state: State, connection: Connection): void {
  const { controlBurst: burst, controlPerSecond } = state.limits;
  const arrivalMs = take(now, connection.controlArrivalMs, { burst, intervalMs: 1000 / controlPerSecond });
  if (arrivalMs === null) cutOff(now, state, connection);
  else connection.controlArrivalMs = arrivalMs;
}

function cutOff(now: number, state: State, connection: Connection): void {
  refuse(state, connection, { code: 'rate-limited' });
  hangUp(now, state, { connection, code: CLOSE.policy, reason: 'rate-limited' });
}
