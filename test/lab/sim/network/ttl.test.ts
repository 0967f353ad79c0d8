/** How far a packet gets: its sender's router, the public network and the peer's router are a hop each. */
import { describe, expect, it } from 'vitest';
import { INBOUND_FIRST, PORT_RESTRICTED } from '../../../../lab/profiles.ts';
import { createHost } from '../../../../lab/sim/network/host.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import { createSite } from '../../../../lab/sim/site/site.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';

const SERVER: Endpoint = { address: '203.0.113.10', port: 3478 };

/** Two hosts whose routers know where the other is; `knock` says where a packet from the first to the second ends. */
function twoPeers(profile = PORT_RESTRICTED) {
  const entries: TraceEntry[] = [];
  const world = createWorld({ seed: 1, trace: (entry) => entries.push(entry) });
  const seen: Endpoint[] = [];
  createHost(world, { name: 'server', realm: world.internet, addresses: [SERVER.address] }).open(
    (from) => seen.push(from),
    SERVER,
  );
  const socketOf = (name: string) =>
    createSite(world, { name, access: { kind: 'nat', layers: [profile] } })
      .addHost(`host ${name}`)
      .open(() => {});
  const mappedOf = (socket: ReturnType<typeof socketOf>): Endpoint => {
    socket.send(SERVER, Uint8Array.of(0));
    world.clock.runToIdle();
    return seen.at(-1) ?? SERVER;
  };
  const [a, b] = [socketOf('a'), socketOf('b')];
  const [mappedA, mappedB] = [mappedOf(a), mappedOf(b)];
  const end = (): string => {
    world.clock.runToIdle();
    const last = entries.at(-1);
    return last?.event === 'dropped' ? `${last.place}: ${last.why}` : `${last?.place}: ${last?.event}`;
  };
  return {
    sourceOfB: () => {
      b.send(mappedA, Uint8Array.of(0));
      world.clock.runToIdle();
      return entries.findLast(({ event, place }) => event === 'passed' && place === 'b');
    },
    knock: (ttl?: number) => {
      a.send(mappedB, Uint8Array.of(0), ttl === undefined ? {} : { ttl });
      return end();
    },
    open: () => {
      b.send(mappedA, Uint8Array.of(0), { ttl: 2 });
      return end();
    },
    portB: mappedB.port,
  };
}

describe('a packet', () => {
  it.each([
    [1, 'a: ttl'],
    [2, 'a: ttl'],
    [3, 'b: ttl'],
    [4, 'host b: delivered'],
    [64, 'host b: delivered'],
    [undefined, 'host b: delivered'],
  ])('with a TTL of %s ends: %s', (ttl, place) => {
    const { open, knock } = twoPeers();
    expect(open()).toBe('b: ttl');
    expect(knock(ttl)).toBe(place);
  });

  it('that is to live as far as the public network opens the router of its sender, and the peer knows nothing of it', () => {
    const { knock, sourceOfB, portB } = twoPeers(INBOUND_FIRST);
    expect(knock(2)).toBe('a: ttl');
    expect(sourceOfB()).toMatchObject({ as: { from: { port: portB } } });
  });

  it('that reaches a router with one hop left has been seen by it', () => {
    const { knock, sourceOfB, portB } = twoPeers(INBOUND_FIRST);
    expect(knock(3)).toBe('b: filtered');
    const entry = sourceOfB();
    expect(entry?.event === 'passed' && entry.as.from.port).not.toBe(portB);
  });
});
