/** One message of a connection: within the rate, of the protocol, in order; then to the rule for it. */
import { type ClientMessage, clientMessage } from '../../../src/rendezvous/protocol/client-message.ts';
import { parseMessage } from '../../../src/rendezvous/protocol/parse.ts';
import type { RefusalCode } from '../../../src/rendezvous/protocol/refusal.ts';
import { take } from '../../limit/bucket.ts';
import { ask, signal, withdraw } from './ask.ts';
import { join, leave } from './join.ts';
import { CLOSE, hangUp, refuse, send } from './say.ts';
import { takeTicket } from './sources.ts';
import type { Connection, State } from './state.ts';
import { issueTicket, turnOf } from './tickets.ts';

/** `text` is null for a binary message. */
export function receive(state: State, connection: Connection, text: string | null, now: number): void {
  const { limits } = state;
  connection.heardAt = now;
  const arrivalMs = take(connection.arrivalMs, now, { burst: limits.burst, intervalMs: 1000 / limits.perSecond });
  if (arrivalMs === null) {
    cutOff(state, connection, now);
    return;
  }
  connection.arrivalMs = arrivalMs;
  if (text === null) {
    refuse(state, connection, 'bad-message', { message: 'not text' });
    return;
  }
  const parsed = parseMessage(clientMessage, text);
  if (!parsed.ok) {
    refuse(state, connection, 'bad-message', { re: parsed.type, message: parsed.problem });
    return;
  }
  const { message } = parsed;
  const refusal = obey(state, connection, message, now);
  if (refusal === null) return;
  refuse(state, connection, refusal, { re: message.type, ...('peer' in message && { peer: message.peer }) });
}

function obey(state: State, connection: Connection, message: ClientMessage, now: number): RefusalCode | null {
  const { session } = connection;
  if (message.type === 'join') {
    if (session) return 'already-joined';
    join(state, connection, message, now);
    return null;
  }
  if (!session) return 'not-joined';
  switch (message.type) {
    case 'ticket':
      if (takeTicket(state, connection.source, now) > 0) return 'source-busy';
      send(state, connection, { type: 'ticket', ticket: issueTicket(state, session, now), ...turnOf(state, session) });
      return null;
    case 'ask':
      return ask(state, session, message);
    case 'withdraw':
      withdraw(session, message);
      return null;
    case 'signal':
      return signal(state, session, message);
    case 'leave':
      leave(state, connection, session, now);
      return null;
  }
}

/** A ping, or a pong that nobody asked for: it tells nothing, and is counted. */
export function receiveControl(state: State, connection: Connection, now: number): void {
  const { controlBurst: burst, controlPerSecond } = state.limits;
  const arrivalMs = take(connection.controlArrivalMs, now, { burst, intervalMs: 1000 / controlPerSecond });
  if (arrivalMs === null) cutOff(state, connection, now);
  else connection.controlArrivalMs = arrivalMs;
}

function cutOff(state: State, connection: Connection, now: number): void {
  refuse(state, connection, 'rate-limited');
  hangUp(state, connection, { code: CLOSE.policy, reason: 'rate-limited', now });
}
