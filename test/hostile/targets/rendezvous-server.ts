/** The rendezvous' machine: connections that say anything, in any order, and lose their network now and then. */
import type { RendezvousInput } from '../../../server/rendezvous/decisions/input-output.ts';
import { createRendezvous } from '../../../server/rendezvous/decisions/rendezvous.ts';
import { createTicketIssuer, createTicketReader } from '../../../server/stun/ticket/tickets.ts';
import { serverMessage } from '../../../src/rendezvous/protocol/server-message.ts';
import { damagedJson } from '../json.ts';
import { clientMessageOf } from '../messages.ts';
import { hold, type Target } from '../target.ts';
import { chance, source } from '../values.ts';

const INPUTS = 100;
const CONNECTIONS = 4;
export const rendezvousTarget: Target = {
  name: 'rendezvous server',
  weight: 10,
  run: (random, feed) => {
    const shown: string[] = [];
    const pings: [number, string][] = [];
    let now = 1_000;
    const { bytes: randomBytes } = random;
    const tickets = { secret: randomBytes(32), unixMs: (at: number): number => at };
    const issueTicket = createTicketIssuer({ ...tickets, node: 1, randomBytes });
    const rendezvous = createRendezvous({ stun: { port: 3478, altPort: 3479 }, randomBytes, issueTicket });
    const say = (input: RendezvousInput): void => {
      for (const output of rendezvous.handle(now, input)) {
        if (output.kind === 'ping') pings.push([output.connection, output.payload]);
        if (output.kind !== 'send') continue;
        const { message } = output;
        if ('ticket' in message) shown.push(message.ticket.username);
        const parsed = chance(random, 0.1) ? serverMessage.safeParse(message) : null;
        hold(parsed?.success ?? true, `it says what nobody takes: ${JSON.stringify(message)}`);
      }
    };
    const open = (connection: number): void =>
      say({ kind: 'opened', connection, source: random.pick(['192.0.2.1', '192.0.2.2']) });
    for (let connection = 0; connection < CONNECTIONS; connection++) open(connection);
    for (let count = 0; count < INPUTS; count++) {
      const connection = random.integer(CONNECTIONS);
      const text = chance(random, 0.02) ? null : damagedJson(random, clientMessageOf(random), 0.2);
      feed(() => say({ kind: 'message', connection, text }));
      const pong = pings.shift();
      if (pong && chance(random, 0.9))
        say({ kind: 'pong', connection: pong[0], payload: chance(random, 0.9) ? pong[1] : 'x' });
      const ticket = shown[random.integer(shown.length)];
      const bound = source(random);
      // The responder answers nothing that comes from port 0.
      if (ticket && bound.port !== 0 && chance(random, 0.5)) say({ kind: 'bound', ticket, endpoint: bound });
      if (chance(random, 0.1)) say({ kind: 'tick' });
      if (chance(random, 0.1)) say({ kind: 'ping', connection });
      if (chance(random, 0.02)) {
        say({ kind: 'closed', connection });
        open(connection);
      }
      now += random.pick([0, 10, 100, 1_000, 20_000]);
    }
    for (const username of shown) createTicketReader(tickets)(now, { username, family: 'IPv4' });
    say({ kind: 'closing' });
  },
};
