/** Forwards over real links: a server, two punched sockets on loopback, and encrypted streams. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createOwner } from '../../../src/net/owner.ts';
import type { RoomOptions } from '../../../src/punch/options.ts';
import { createCode } from '../../../src/tunnel/code/code.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import { createExposure } from '../../../src/tunnel/forward/expose/exposure.ts';
import { parseExposed } from '../../../src/tunnel/forward/grammar/parse-exposed.ts';
import { parseForwards } from '../../../src/tunnel/forward/grammar/parse-forward.ts';
import { openForwarding } from '../../../src/tunnel/forward/listen/forwarding.ts';
import type { Link } from '../../../src/tunnel/link/link.ts';
import { openLink } from '../../../src/tunnel/link/open-link.ts';
import { connectClient, echo, failureOf, openTarget, openUdp, portOf, readAll, until } from './targets.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let server: NatcheckServer;
beforeAll(async () => {
  server = await startServer({ ip: ['127.0.0.1'], port: 0, altPort: 0, httpPort: 0 });
});
afterAll(() => server[Symbol.asyncDispose]());

function roomOf(id: string): RoomOptions {
  const [udp] = server.addresses;
  const rendezvous = `ws://127.0.0.1:${server.httpPort}`;
  return { id, server: `127.0.0.1:${udp?.port}`, rendezvous, portMapping: false };
}

interface Sides extends AsyncDisposable {
  /** The ports that each of the forwarders listens on. */
  readonly ports: readonly (readonly number[])[];
}

/** One that exposes, and so many that forward. */
async function open({ expose, forward, forwarders = 1 }: Asked): Promise<Sides> {
  await using owner = createOwner();
  const keys = keysOf(createCode({ server: null, once: false, randomBytes }).secret);
  const exposure = owner.use(createExposure({ targets: parseExposed(expose) }));
  const each = async (link: Link, use: (tunnel: Parameters<typeof exposure.serve>[0]) => void): Promise<void> => {
    for await (const { tunnel } of link.tunnels) use(tunnel);
  };
  const id = keys.id('expose');
  const exposing = await openLink({
    ...{ room: roomOf(id), keys, peers: { kind: 'everyone' }, waitMs: Number.POSITIVE_INFINITY, patienceMs: 30_000 },
  });
  owner.use(exposing);
  void each(exposing, exposure.serve);
  const ports: number[][] = [];
  for (let index = 0; index < forwarders; index++) {
    const forwarding = owner.use(await openForwarding({ forwards: parseForwards(forward) }));
    const link = await openLink({
      ...{ room: roomOf(keys.id(String(index))), keys, peers: { kind: 'one', id }, waitMs: 20_000, patienceMs: 20_000 },
    });
    owner.use(link);
    void each(link, forwarding.use);
    ports.push(forwarding.forwards.map(({ listen }) => portOf(listen)));
  }
  const kept = owner.move();
  return { ports, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}

interface Asked {
  readonly expose: readonly string[];
  readonly forward: readonly string[];
  readonly forwarders?: number;
}

describe('over a real path', () => {
  it('connections, datagrams, half-closes and resets arrive, at two forwarders at once', async () => {
    await using target = await openTarget(echo);
    await using udp = await openUdp({ isEcho: true });
    await using sides = await open({
      expose: [String(target.port), `${udp.port}/udp`],
      forward: [`0:${target.port}`, `0:${udp.port}/udp`],
      forwarders: 2,
    });
    for (const [tcpPort = 0, udpPort = 0] of sides.ports) {
      const sent = Array.from({ length: 20 }, () => randomBytes(50_000));
      const received = sent.map(async (bytes) => {
        const client = await connectClient(tcpPort);
        client.end(bytes);
        return hashOf(await readAll(client));
      });
      expect(await Promise.all(received)).toEqual(sent.map(hashOf));
      await using client = await openUdp();
      // The first datagram of a flow comes before its stream is open; loopback loses none.
      client.send('hello', udpPort);
      await until(() => client.received.length === 1);
      expect(client.received).toEqual(['hello']);
      const resetting = await connectClient(tcpPort);
      resetting.write('x');
      await once(resetting, 'data');
      const served = target.sockets.at(-1);
      if (!served) throw new Error('nobody was connected');
      const failure = failureOf(served);
      resetting.resetAndDestroy();
      expect(await failure).toBe('ECONNRESET');
    }
  });

  it('a port that is not exposed resets the client', async () => {
    await using target = await openTarget(echo);
    await using sides = await open({ expose: ['1'], forward: [`0:${target.port}`] });
    expect(await failureOf(await connectClient(sides.ports[0]?.[0] ?? 0))).toBe('ECONNRESET');
    expect(target.sockets).toEqual([]);
  });
});
