/** One message of a connection: within the rate, of the protocol, in order; then to the rule for it. */
import { type ClientMessage, clientMessage } from '../../src/rendezvous/client-message.ts';
import { parseMessage } from '../../src/rendezvous/parse.ts';
import type { RefusalCode } from '../../src/rendezvous/refusal.ts';
import { ask, signal, withdraw } from './ask.ts';
import { join, leave } from './join.ts';
import { CLOSE, hangUp, refuse, send } from './output.ts';
import type { Connection, State } from './state.ts';
import { issueTicket, turnOf } from './tickets.ts';

/** `text` is null for a binary message. */
export function receive(state: State, connection: Connection, text: string | null, now: number): void {
  connection.heardAt = now;
  if (!takeToken(state, connection, now)) {
    refuse(state, connection, 'rate-limited');
    hangUp(state, connection, { code: CLOSE.policy, reason: 'rate-limited', now });
    return;
  }
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

/** Of the connection's bucket (GCRA, as in server/rate-limit.ts). */
export function takeToken({ limits }: State, connection: Connection, now: number): boolean {
  const intervalMs = 1000 / limits.perSecond;
  const expectedMs = Math.max(connection.arrivalMs, now);
  if (expectedMs - now > (limits.burst - 1) * intervalMs) return false;
  connection.arrivalMs = expectedMs + intervalMs;
  return true;
}
