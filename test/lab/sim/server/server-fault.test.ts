/** Each faulty server does what its name says, to a client that is open to everything. */
import { describe, expect, it } from 'vitest';
import { createHost } from '../../../../lab/sim/network/host.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import { SERVER_FAULTS, type ServerFault } from '../../../../lab/sim/server/server-fault.ts';
import { addStunServer, LAB_HTTP_PORT } from '../../../../lab/sim/server/stun-server.ts';
import { type Endpoint, formatEndpoint } from '../../../../src/endpoint.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';

const ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
const PRIMARY: Endpoint = { address: '203.0.113.10', port: 3478 };
const OTHER_PORT: Endpoint = { address: '203.0.113.10', port: 3479 };
const OTHER_ADDRESS: Endpoint = { address: '203.0.113.11', port: 3478 };

interface Change {
  readonly ip: boolean;
  readonly port: boolean;
}

/** `source class` of the one reply, `id?` before the class when the id is not the request's; or `silence`. */
function ask(fault: ServerFault | null, to: Endpoint, change?: Change): string {
  const world = createWorld({ seed: 1 });
  addStunServer(world, fault ? { respond: SERVER_FAULTS[fault] } : {});
  const client = createHost(world, { name: 'client', realm: world.internet });
  const replies: string[] = [];
  const socket = client.open((from, bytes) => {
    const decoded = decode(bytes);
    const isSame = decoded.ok && decoded.message.transactionId.every((byte, index) => byte === ID[index]);
    const what = decoded.ok ? `${isSame ? '' : 'id? '}${decoded.message.class}` : decoded.error.code;
    replies.push(`${formatEndpoint(from)} ${what}`);
  });
  const attributes = change ? [{ type: 'CHANGE-REQUEST' as const, value: change }] : [];
  socket.send(to, encode({ class: 'request', method: METHOD.binding, transactionId: ID, attributes }));
  world.clock.runToIdle();
  expect(replies.length).toBeLessThanOrEqual(1);
  return replies[0] ?? 'silence';
}

/** To the primary, plain, with change-port and change-IP-and-port; plain to the other port and to the other address. */
const askAll = (fault: ServerFault | null): readonly string[] => [
  ask(fault, PRIMARY),
  ask(fault, PRIMARY, { ip: false, port: true }),
  ask(fault, PRIMARY, { ip: true, port: true }),
  ask(fault, OTHER_PORT),
  ask(fault, OTHER_ADDRESS),
];

const SOURCES = [
  '203.0.113.10:3478',
  '203.0.113.10:3479',
  '203.0.113.11:3479',
  '203.0.113.10:3479',
  '203.0.113.11:3478',
];
const everywhere = (what: string): readonly string[] => SOURCES.map((source) => `${source} ${what}`);
const [plain, changedPort, , toPort, toAddress] = everywhere('success');

describe('STUN server in the simulated lab', () => {
  it('answers as the real one does', () => {
    expect(askAll(null)).toEqual(everywhere('success'));
  });

  it.each<[ServerFault, readonly (string | undefined)[]]>([
    ['mute alternate address', [plain, changedPort, 'silence', toPort, 'silence']],
    ['mute alternate port', [plain, 'silence', 'silence', 'silence', toAddress]],
    ['change not done', [plain, plain, plain, toPort, toAddress]],
    ['wrong transaction id', everywhere('id? success')],
    ['errors only', everywhere('error')],
    ['errors on change', [plain, '203.0.113.10:3479 error', '203.0.113.11:3479 error', toPort, toAddress]],
    ['garbage', everywhere('not-stun')],
    ['silent', SOURCES.map(() => 'silence')],
    [
      'wrong source',
      ['10:4478', '10:4479', '11:4479', '10:4479', '11:4478'].map((source) => `203.0.113.${source} success`),
    ],
  ])('with the fault "%s" answers %j', (fault, expected) => {
    expect(askAll(fault)).toEqual(expected);
  });

  it.each([
    ['up', 'accepted'],
    ['down', 'failed'],
  ] as const)('that is %s and silent over UDP: a TCP connection is %s', (state, expected) => {
    const world = createWorld({ seed: 1 });
    addStunServer(world, { respond: SERVER_FAULTS.silent, state });
    const client = createHost(world, { name: 'client', realm: world.internet });
    const outcomes: string[] = [];
    client.connect({ ...PRIMARY, port: LAB_HTTP_PORT }, (outcome) => outcomes.push(outcome));
    world.clock.runToIdle();
    expect(outcomes).toEqual([expected]);
  });
});
