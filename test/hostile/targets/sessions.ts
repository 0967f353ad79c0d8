/** Sessions of one question: a ticket, and what a router is asked by NAT-PMP and PCP. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { createGatewayProbe, GATEWAY_SOCKET } from '../../../src/port-mapping/gateway-probe.ts';
import { decodeResponse, encodeAddressRequest, encodeMapRequest } from '../../../src/port-mapping/nat-pmp/message.ts';
import { createNatPmpRequest, NAT_PMP_SOCKET } from '../../../src/port-mapping/nat-pmp/request.ts';
import { decodeResponse as decodePcp } from '../../../src/port-mapping/pcp/message.ts';
import { createMapRequest, PCP_SOCKET } from '../../../src/port-mapping/pcp/request.ts';
import { wanAddress } from '../../../src/port-mapping/router.ts';
import { createTicketBinding } from '../../../src/rendezvous/ticket-binding.ts';
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { mutate } from '../../stun/corpus.ts';
import { bytesOf } from '../corpus.ts';
import { lie, SERVER } from '../lying-server.ts';
import { type Answer, driveHostile } from '../session.ts';
import { hold, type Target } from '../target.ts';
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

const PCP = bytesOf('pcp');
const HOST = '192.168.1.2';
const PCP_NONCE = Uint8Array.from({ length: 12 }, (_, index) => index + 1);
export const pcpTarget: Target = {
  name: 'PCP',
  weight: 10,
  run: (random, feed) => {
    const suggested = { address: '0.0.0.0', port: 40_000 };
    const request = { client: HOST, nonce: PCP_NONCE, internalPort: 40_000, suggested, lifetimeS: 7200 };
    const any = (): number => random.integer(1_000) / 1_000;
    const session = createMapRequest({ gateway: GATEWAY, request, until: 1_500, random: any });
    const probe = createGatewayProbe({ gateway: GATEWAY, client: HOST, protocols: ['pcp', 'nat-pmp'], random: any });
    const answer = (): Answer => ({
      from: chance(random, 0.9) ? GATEWAY : source(random),
      bytes: chance(random, 0.8) ? mutate(random.pick(PCP), random.integer) : random.bytes(random.integer(1_200)),
    });
    const result = driveHostile(session, { random, feed, answer, otherSocket: PCP_SOCKET, endsBy: 1_500 });
    if (result?.kind === 'map') {
      hold(result.nonce === Buffer.from(PCP_NONCE).toString('hex'), 'an answer with another nonce is believed');
      wanAddress(result.external.address);
    }
    for (let count = 0; count < 20; count++) {
      const { from, bytes } = answer();
      feed(() => void decodePcp(bytes));
      feed(() => probe.handleDatagram(0, { socket: GATEWAY_SOCKET, from, bytes }));
    }
    for (let outputs = 0; probe.poll(0).kind !== 'wait' && probe.poll(0).kind !== 'done'; outputs++) {
      hold(outputs < 10, 'it never waits');
    }
  },
};
