/** The simulated STUN server with both families on one host: two servers of RFC 5780, neither of which names or uses the other. */
import { describe, expect, it } from 'vitest';
import { createHost } from '../../../../lab/sim/network/host.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import { addStunServer, LAB_LAYOUT, LAB_LAYOUT_IPV6 } from '../../../../lab/sim/server/stun-server.ts';
import { endpointsOf } from '../../../../server/stun/decisions/layout.ts';
import { type Endpoint, familyOf } from '../../../../src/endpoint.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { attribute } from '../../../../src/stun/message.ts';

/** What the server answers to a request with that CHANGE-REQUEST: from where, and which endpoints it names. */
function askAt(to: Endpoint, change: { readonly ip: boolean; readonly port: boolean }) {
  const world = createWorld({ seed: 1 });
  const server = addStunServer(world, { ipv6: LAB_LAYOUT_IPV6 });
  const address = familyOf(to.address) === 'IPv6' ? '2001:db8:7::1' : '198.51.100.7';
  const client = createHost(world, { name: 'client', addresses: [address] });
  const answers: { readonly from: Endpoint; readonly bytes: Uint8Array }[] = [];
  const socket = client.open((from, bytes) => answers.push({ from, bytes }), { port: 40_000 });
  const request = encode({
    class: 'request',
    method: METHOD.binding,
    transactionId: new Uint8Array(12),
    attributes: [{ type: 'CHANGE-REQUEST', value: change }],
  });
  socket.send(to, request);
  world.clock.runToIdle();
  expect(answers).toHaveLength(1);
  const [answer] = answers;
  const decoded = decode(answer?.bytes ?? new Uint8Array());
  if (!decoded.ok) throw new Error(decoded.error.code);
  return {
    server,
    from: answer?.from,
    origin: attribute(decoded.message, 'RESPONSE-ORIGIN'),
    other: attribute(decoded.message, 'OTHER-ADDRESS'),
    mapped: attribute(decoded.message, 'XOR-MAPPED-ADDRESS'),
  };
}

describe.each([
  ['IPv4', LAB_LAYOUT, '198.51.100.7'],
  ['IPv6', LAB_LAYOUT_IPV6, '2001:db8:7::1'],
] as const)('a server with both families, asked over %s', (_family, layout, client) => {
  const [address, otherAddress] = layout.addresses as readonly [string, string];
  const { port, altPort } = layout;

  it.each(endpointsOf(layout))('answers at $address port $port, with the alternates of that family', (local) => {
    const other = {
      address: local.address === address ? otherAddress : address,
      port: local.port === port ? altPort : port,
    };
    expect(askAt(local, { ip: false, port: false })).toMatchObject({
      ...{ from: local, origin: local, other, mapped: { address: client, port: 40_000 } },
    });
    for (const change of [
      { ip: true, port: false },
      { ip: false, port: true },
      { ip: true, port: true },
    ]) {
      const from = {
        address: change.ip ? other.address : local.address,
        port: change.port ? other.port : local.port,
      };
      expect(askAt(local, change)).toMatchObject({ from, origin: from, other });
    }
  });
});

it('a server has the addresses of both families, on one host, and of IPv4 alone unless it is asked for more', () => {
  const { server } = askAt({ address: '203.0.113.10', port: 3478 }, { ip: false, port: false });
  expect([server.name, ...server.addresses]).toEqual([
    ...['server 203.0.113.10', '203.0.113.10', '203.0.113.11', '2001:db8::10', '2001:db8::11'],
  ]);
  expect(addStunServer(createWorld({ seed: 1 })).addresses).toEqual(['203.0.113.10', '203.0.113.11']);
  expect(addStunServer(createWorld({ seed: 1 }), { layout: LAB_LAYOUT_IPV6 }).addresses).toEqual([
    ...['2001:db8::10', '2001:db8::11'],
  ]);
});

it('a layout of two families is refused', () => {
  const layout = { ...LAB_LAYOUT, addresses: ['203.0.113.10', '2001:db8::10'] } as const;
  expect(() => addStunServer(createWorld({ seed: 1 }), { layout })).toThrow(
    new RangeError('addresses are 203.0.113.10 and 2001:db8::10; those of a layout must be of one family'),
  );
});
