/**
 * A server behind a 1:1 NAT, over real sockets on loopback: it is bound to addresses of this host, and whatever it says has
 * the ones that are announced.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../server/index.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import { createOwner } from '../../src/net/owner.ts';
import { joinRendezvous } from '../../src/net/rendezvous/join.ts';
import type { Attribute } from '../../src/stun/attribute.ts';
import { decode } from '../../src/stun/decode.ts';
import { attribute } from '../../src/stun/message.ts';
import { changeRequest, classicRequest, request } from './stun/requests.ts';
import { openTurnClient } from './turn/turn-client.ts';

const [A, B, CLIENT] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const [PUBLIC_A, PUBLIC_B] = ['203.0.113.10', '203.0.113.11'];
const IP = [`${A}=${PUBLIC_A}`, `${B}=${PUBLIC_B}`];
const ANY_PORTS = { port: 0, altPort: 0, httpPort: 0 };

/** Sends a datagram from a fresh socket, and returns what the reply says, and where it came from. */
async function exchange(bytes: Uint8Array, to: Endpoint, from = CLIENT) {
  await using socket = createSocket('udp4');
  socket.bind(0, from);
  await once(socket, 'listening');
  socket.send(bytes, to.port, to.address);
  const [reply, source] = (await once(socket, 'message')) as [Buffer, Endpoint];
  const decoded = decode(reply);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return {
    message: decoded.message,
    from: { address: source.address, port: source.port },
    port: socket.address().port,
  };
}

async function startPorts(more: Partial<Parameters<typeof startServer>[0]> = {}) {
  const server = await startServer({ ip: IP, ...ANY_PORTS, ...more });
  const { port = 0, altPort = 0 } = server.layouts[0] ?? {};
  return { server, port, altPort };
}

describe('STUN', () => {
  it.each([
    ['neither', { ip: false, port: false }],
    ['the port', { ip: false, port: true }],
    ['the address', { ip: true, port: false }],
    ['both', { ip: true, port: true }],
  ])('a reply that changes %s leaves from the bound endpoint and names the announced one', async (_, change) => {
    const { server, port, altPort } = await startPorts();
    await using _server = server;
    const { message, from, ...client } = await exchange(request([changeRequest(change)]), { address: A, port });
    const leaves = change.port ? altPort : port;
    expect(from).toEqual({ address: change.ip ? B : A, port: leaves });
    expect(attribute(message, 'RESPONSE-ORIGIN')).toEqual({ address: change.ip ? PUBLIC_B : PUBLIC_A, port: leaves });
    expect(attribute(message, 'OTHER-ADDRESS')).toEqual({ address: PUBLIC_B, port: altPort });
    expect(attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual({ address: CLIENT, port: client.port });
  });

  it('a classic reply names announced endpoints too', async () => {
    const { server, port, altPort } = await startPorts();
    await using _server = server;
    const { message } = await exchange(classicRequest(), { address: B, port });
    expect(attribute(message, 'SOURCE-ADDRESS')).toEqual({ address: PUBLIC_B, port });
    expect(attribute(message, 'CHANGED-ADDRESS')).toEqual({ address: PUBLIC_A, port: altPort });
  });

  it('a client on the host of the server is told how the outside knows it', async () => {
    const { server, port } = await startPorts();
    await using _server = server;
    const { message, ...client } = await exchange(request(), { address: A, port }, B);
    expect(attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual({ address: PUBLIC_B, port: client.port });
  });

  it('a reply never goes to a socket of the server, by neither side of its address', async () => {
    const { server, port, altPort } = await startPorts();
    await using _server = server;
    const metrics = async (): Promise<string | undefined> => {
      const text = await (await fetch(`http://${A}:${server.httpPort}/metrics`)).text();
      return /^natcheck_stun_unanswered_total\{reason="own-endpoint"\} (\d+)$/m.exec(text)?.[1];
    };
    const toAlternate: Attribute = { type: 'RESPONSE-PORT', value: altPort };
    await using socket = createSocket('udp4');
    socket.bind(0, A);
    await once(socket, 'listening');
    // The answer to the second request says that the first one is done with.
    socket.send(request([toAlternate]), port, A);
    socket.send(request(), port, A);
    await once(socket, 'message');
    expect(await metrics()).toBe('1');
  });
});

describe('the rendezvous', () => {
  it('tells of announced addresses alone', async () => {
    const { server, port, altPort } = await startPorts({ relay: { open: true } });
    await using _server = server;
    const joined = await joinRendezvous({ url: `ws://${A}:${server.httpPort}`, room: 'r', id: 'me' });
    if (joined.outcome !== 'joined') throw new Error(joined.outcome);
    await using client = joined.client;
    expect(client.joined.stun).toEqual({ port, altPort, addresses: [PUBLIC_A] });
    expect(client.joined.turn?.[0]?.urls).toEqual([
      `turn:${PUBLIC_A}:${port}?transport=udp`,
      `turn:${PUBLIC_A}:${port}?transport=tcp`,
    ]);
    expect(server.addresses.map(({ address }) => address)).toEqual([PUBLIC_A, PUBLIC_A, PUBLIC_B, PUBLIC_B]);
    expect(server.served).toEqual([
      { bound: A, announced: PUBLIC_A },
      { bound: B, announced: PUBLIC_B },
    ]);
  });
});

describe('the relay', () => {
  const users = ['alice', 'bob'].map((name) => ({ name, password: 'south' }));

  async function startTwo() {
    await using started = createOwner();
    const { server, port, altPort } = await startPorts({ relay: { users } });
    started.use(server);
    const [alice, bob] = await Promise.all(
      users.map(({ name: username, password }) => openTurnClient(port, { username, password })),
    );
    if (!alice || !bob) throw new Error('two users');
    started.use(alice);
    started.use(bob);
    return { alice, bob, altPort, owned: started.move() };
  }

  it('gives announced relayed addresses, by which two of its users reach each other', async () => {
    const { alice, bob, owned } = await startTwo();
    await using _owned = owned;
    const [atAlice, atBob] = [await alice.allocate(), await bob.allocate()];
    expect([atAlice.address, atBob.address]).toEqual([PUBLIC_A, PUBLIC_A]);
    expect(await alice.bind(0x4000, atBob)).toBe('success');
    expect(await bob.permit(atAlice)).toBe('success');
    alice.sendOn(0x4000, 'hello');
    expect(await bob.data()).toEqual({ via: atAlice, data: 'hello' });
    bob.sendTo(atAlice, 'hello yourself');
    expect(await alice.data()).toEqual({ via: 0x4000, data: 'hello yourself' });
  });

  it('leads to the alternate port by its announced endpoint, where the relayed one is seen as announced', async () => {
    const { alice, altPort, owned } = await startTwo();
    await using _owned = owned;
    const relayed = await alice.allocate();
    const service = { address: PUBLIC_A, port: altPort };
    expect(await alice.bind(0x4000, service)).toBe('success');
    alice.sendOn(0x4000, request());
    const { data } = await alice.data();
    const decoded = decode(Buffer.from(data, 'latin1'));
    expect(decoded.ok && attribute(decoded.message, 'XOR-MAPPED-ADDRESS')).toEqual(relayed);
    expect(relayed.address).toBe(PUBLIC_A);
  });

  it.each([
    ['the bound address of the server', A],
    ['its other one', B],
    ['the announced address that relays nothing', PUBLIC_B],
  ])('leads not to %s', async (_, address) => {
    const { alice, owned } = await startTwo();
    await using _owned = owned;
    await alice.allocate();
    expect(await alice.permit({ address, port: 7 })).toBe(403);
  });
});
