import { describe, expect, it } from 'vitest';
import { createBlackHole, createFirewall, createRoute, createUdpBlock } from '../../../../lab/sim/nat/firewall.ts';
import type { UdpPacket } from '../../../../lab/sim/network/packet.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import { DEPENDENCIES, type Dependency } from '../../../../src/nat/behavior.ts';

const HOST: Endpoint = { address: '198.51.100.1', port: 40_000 };
const A1: Endpoint = { address: '203.0.113.10', port: 3478 };
const A2: Endpoint = { address: '203.0.113.10', port: 3479 };
const B1: Endpoint = { address: '203.0.113.11', port: 3478 };

const packet = (from: Endpoint, to: Endpoint): UdpPacket => ({ protocol: 'udp', from, to, bytes: new Uint8Array() });

describe('firewall', () => {
  it('translates nothing', () => {
    const firewall = createFirewall({ filtering: 'address-dependent', lifetimeMs: 30_000 });
    const sent = packet(HOST, A1);
    expect(firewall.outbound(0, sent)).toEqual({ kind: 'pass', side: 'outside', packet: sent });
    const answer = packet(A1, HOST);
    expect(firewall.inbound(0, answer)).toEqual({ kind: 'pass', side: 'inside', packet: answer });
  });

  it.each<[Dependency, readonly string[]]>([
    [DEPENDENCIES[0], ['pass', 'pass', 'pass']],
    [DEPENDENCIES[1], ['pass', 'pass', 'drop']],
    [DEPENDENCIES[2], ['pass', 'drop', 'drop']],
  ])('that is %s lets in, of the server, its other port and its other address: %j', (filtering, expected) => {
    const firewall = createFirewall({ filtering, lifetimeMs: 30_000 });
    firewall.outbound(0, packet(HOST, A1));
    expect([A1, A2, B1].map((from) => firewall.inbound(0, packet(from, HOST)).kind)).toEqual(expected);
  });

  it('lets nobody in to a socket that has not sent', () => {
    const firewall = createFirewall({ filtering: 'endpoint-independent', lifetimeMs: 30_000 });
    firewall.outbound(0, packet(HOST, A1));
    const toOther = packet(A1, { ...HOST, port: 40_001 });
    expect(firewall.inbound(0, toOther)).toEqual({ kind: 'drop', why: 'filtered' });
  });

  it('closes the way after its lifetime', () => {
    const firewall = createFirewall({ filtering: 'endpoint-independent', lifetimeMs: 30_000 });
    firewall.outbound(0, packet(HOST, A1));
    expect(firewall.inbound(29_999, packet(A1, HOST)).kind).toBe('pass');
    expect(firewall.inbound(30_000, packet(A1, HOST))).toEqual({ kind: 'drop', why: 'filtered' });
  });
});

describe('UDP block', () => {
  it('drops UDP both ways and passes TCP both ways', () => {
    const block = createUdpBlock();
    const blocked = { kind: 'drop', why: 'udp-blocked' };
    expect(block.outbound(0, packet(HOST, A1))).toEqual(blocked);
    expect(block.inbound(0, packet(A1, HOST))).toEqual(blocked);
    const syn = { protocol: 'tcp', segment: 'syn', from: HOST, to: A1 } as const;
    const answer = { protocol: 'tcp', segment: 'syn-ack', from: A1, to: HOST } as const;
    expect(block.outbound(0, syn)).toEqual({ kind: 'pass', side: 'outside', packet: syn });
    expect(block.inbound(0, answer)).toEqual({ kind: 'pass', side: 'inside', packet: answer });
  });
});

describe('of the boxes that know no packet from another', () => {
  const syn = { protocol: 'tcp', segment: 'syn', from: HOST, to: A1 } as const;

  it.each([packet(HOST, A1), syn])('a route passes $protocol both ways, a black hole neither way', (sent) => {
    const [route, hole] = [createRoute(), createBlackHole()];
    expect(route.outbound(0, sent)).toEqual({ kind: 'pass', side: 'outside', packet: sent });
    expect(route.inbound(0, sent)).toEqual({ kind: 'pass', side: 'inside', packet: sent });
    const dropped = { kind: 'drop', why: 'black-hole' };
    expect([hole.outbound(0, sent), hole.inbound(0, sent)]).toEqual([dropped, dropped]);
  });
});
