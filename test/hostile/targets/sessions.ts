/** Sessions of one question: a ticket, and what a router is asked by NAT-PMP. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { decodeResponse, encodeAddressRequest, encodeMapRequest } from '../../../src/port-mapping/nat-pmp-message.ts';
import { createNatPmpRequest, NAT_PMP_SOCKET } from '../../../src/port-mapping/nat-pmp-request.ts';
import { wanAddress } from '../../../src/port-mapping/router.ts';
import { createTicketBinding } from '../../../src/rendezvous/ticket-binding.ts';
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { mutate } from '../../stun/corpus.ts';
import { bytesOf } from '../corpus.ts';
import { lie, SERVER } from '../lying-server.ts';
import { type Answer, driveHostile } from '../session.ts';
import type { Target } from '../target.ts';
import { chance, source } from '../values.ts';

const TICKET_ANSWERS: readonly [readonly AttributeName[], ...(readonly AttributeName[])[]] = [
  ['XOR-MAPPED-ADDRESS'],
  ['NONCE'],
  ['NONCE', 'REALM'],
  [],
];

export const ticketTarget: Target = {
  name: 'tickets',
  weight: 5,
  run: (random, feed) => {
    const ticket = { username: 'u'.repeat(22), password: 'p'.repeat(22) };
    const session = createTicketBinding({ ticket, server: SERVER, randomBytes: random.bytes });
    const key = { algorithm: 'sha256', key: shortTermKey(ticket.password) } as const;
    // Nine sends, and as many again for each of three nonces: 15 s each.
    driveHostile(session, {
      random,
      feed,
      answer: (sent) => lie(random, sent, { answers: TICKET_ANSWERS, key }),
      otherSocket: 'punch',
      endsBy: 65_000,
    });
  },
};

const GATEWAY: Endpoint = { address: '192.168.1.1', port: 5351 };
const NAT_PMP = bytesOf('nat-pmp');
export const natPmpTarget: Target = {
  name: 'NAT-PMP',
  weight: 10,
  run: (random, feed) => {
    const port = { internalPort: 40_000, externalPort: 40_000, lifetimeS: 7200 };
    const request = chance(random, 0.5) ? encodeAddressRequest() : encodeMapRequest(port);
    const session = createNatPmpRequest({
      gateway: GATEWAY,
      request,
      accept: (one): one is typeof one => one.kind !== 'error' && chance(random, 0.2),
      until: 1_500,
    });
    const answer = (): Answer => ({
      from: chance(random, 0.9) ? GATEWAY : source(random),
      bytes: chance(random, 0.5) ? mutate(random.pick(NAT_PMP), random.integer) : random.bytes(random.integer(20)),
    });
    const result = driveHostile(session, { random, feed, answer, otherSocket: NAT_PMP_SOCKET, endsBy: 1_500 });
    if (result?.kind === 'address') wanAddress(result.address);
    for (let count = 0; count < 20; count++) {
      const { bytes } = answer();
      feed(() => void decodeResponse(bytes));
    }
  },
};
