import { describe, expect, it } from 'vitest';
import {
  type AccessProfile,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  RESTRICTED,
  STATIC,
  STATIC_FILTERED,
  SYMMETRIC,
} from '../../../lab/profiles.ts';
import { symmetricLink } from '../../../lab/sim/network/link.ts';
import { LAB_LAYOUT } from '../../../lab/sim/server/stun-server.ts';
import type { Layout } from '../../../server/stun/decisions/layout.ts';
import { ownPortInSim } from '../sim-client.ts';

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });
const { port, altPort } = LAB_LAYOUT;
const [primary, alternate] = ['203.0.113.10', '203.0.113.11'];
const ONE: Layout = { port, altPort, addresses: ['203.0.113.20'] };
const ONE_ADDRESS = { address: ONE.addresses[0], port };
const TWO_ADDRESSES = { address: primary, port };
const LOSSY = symmetricLink({ latencyMs: 20, jitterMs: 10, loss: 0.1, reordering: 0.03, holdMs: 30 });
const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);

describe('a port of a server', () => {
  it.each<[string, AccessProfile]>([
    ['a 1:1 NAT', behind(STATIC)],
    ['nothing', { kind: 'open' }],
    ['a full-cone NAT', behind(FULL_CONE)],
  ])('behind %s is reached from an address that it has not sent to', (_, access) => {
    const { result } = ownPortInSim({ access });
    expect(result.filtering).toEqual({ behavior: 'endpoint-independent', reason: null });
    expect(result.heardFrom).toContainEqual({ address: alternate, port: altPort });
    expect(result.seen).toEqual([{ by: TWO_ADDRESSES, at: expect.objectContaining({ port: expect.any(Number) }) }]);
  });

  it.each<[string, AccessProfile]>([
    ['a 1:1 NAT with a firewall', behind(STATIC_FILTERED)],
    ['a firewall alone', { kind: 'firewall', filtering: 'address-and-port-dependent', lifetimeMs: 30_000 }],
    ['a port-restricted NAT', behind(PORT_RESTRICTED)],
    ['a symmetric NAT', behind(SYMMETRIC)],
  ])('behind %s hears only answers', (_, access) => {
    const { result } = ownPortInSim({ access });
    expect(result).toMatchObject({
      filtering: { behavior: 'address-and-port-dependent', reason: null },
      heardFrom: [],
    });
  });

  it('that lets in another port of an address, but no other address, is not reached by strangers', () => {
    expect(ownPortInSim({ access: behind(RESTRICTED) }).result).toMatchObject({
      filtering: { behavior: 'address-dependent', reason: null },
      heardFrom: [{ address: primary, port: altPort }],
    });
  });

  it('is told rightly at a loss of 10 % each way', () => {
    for (const [nat, behavior] of [
      [STATIC, 'endpoint-independent'],
      [STATIC_FILTERED, 'address-and-port-dependent'],
    ] as const) {
      const results = SEEDS.map((seed) => ownPortInSim({ access: behind(nat), seed, link: LOSSY }).result);
      expect(new Set(results.map(({ filtering }) => filtering.behavior))).toEqual(new Set([behavior]));
    }
  });
});

describe('servers', () => {
  const layouts = [LAB_LAYOUT, ONE];

  it('with one address see the port, and the one with two answers from elsewhere', () => {
    const servers = [ONE_ADDRESS, TWO_ADDRESSES];
    const { result } = ownPortInSim({ access: behind(STATIC), layouts, servers });
    expect(result.seen.map(({ by }) => by)).toEqual(servers);
    expect(new Set(result.seen.map(({ at }) => at.address)).size).toBe(1);
    expect(result.filtering.behavior).toBe('endpoint-independent');
  });

  it('with one address are reached from their other port, or not', () => {
    const asked = { layouts, servers: [ONE_ADDRESS] };
    expect(ownPortInSim({ ...asked, access: behind(STATIC) }).result).toMatchObject({
      seen: [{ by: ONE_ADDRESS }],
      filtering: { behavior: 'undetermined', reason: 'server-has-one-address' },
      heardFrom: [{ address: ONE_ADDRESS.address, port: altPort }],
    });
    for (const nat of [STATIC_FILTERED, PORT_RESTRICTED]) {
      expect(ownPortInSim({ ...asked, access: behind(nat) }).result).toMatchObject({
        seen: [{ by: ONE_ADDRESS }],
        filtering: { behavior: 'address-and-port-dependent', reason: null },
        heardFrom: [],
      });
    }
  });

  it('with one address tell it rightly at a loss of 10 % each way', () => {
    const asked = { layouts, servers: [ONE_ADDRESS], link: LOSSY };
    for (const [nat, heard] of [
      [STATIC, 1],
      [STATIC_FILTERED, 0],
    ] as const) {
      const results = SEEDS.map((seed) => ownPortInSim({ ...asked, access: behind(nat), seed }).result);
      expect(new Set(results.map(({ heardFrom }) => heardFrom.length))).toEqual(new Set([heard]));
      const blocked = results.filter(({ filtering }) => filtering.behavior === 'address-and-port-dependent');
      expect(blocked).toHaveLength(heard === 0 ? SEEDS.length : 0);
    }
  });

  it('with one address and one port leave open what is let in', () => {
    const alone = { ...ONE, port: altPort, altPort: 1 };
    const servers = [{ address: ONE_ADDRESS.address, port: altPort }];
    expect(ownPortInSim({ access: behind(STATIC), layouts: [alone], servers }).result).toMatchObject({
      seen: [{ by: servers[0] }],
      filtering: { behavior: 'undetermined', reason: 'server-has-one-address' },
      heardFrom: [],
    });
  });

  it('that are asked at each of their endpoints cannot answer from elsewhere', () => {
    const servers = [primary, alternate].flatMap((address) => [port, altPort].map((one) => ({ address, port: one })));
    expect(ownPortInSim({ access: behind(STATIC_FILTERED), servers }).result).toMatchObject({
      filtering: { behavior: 'undetermined', reason: 'server-has-one-address' },
      heardFrom: [],
    });
  });

  it('that are silent are given up, or cut off by the time limit', () => {
    const silent = { access: behind(STATIC), respond: () => ({ kind: 'drop', why: 'malformed' }) as const };
    const nothing = { seen: [], filtering: { behavior: 'undetermined', reason: 'no-answer' }, heardFrom: [] };
    expect(ownPortInSim({ ...silent, timeoutMs: 60_000 }).result).toEqual(nothing);
    expect(ownPortInSim({ ...silent, timeoutMs: 1000 })).toEqual({ result: nothing, tookMs: 1000 });
  });
});
