/** The real discovery session over IPv6, alone and beside an IPv4 NAT: exactly what stands before that family comes out. */
import { describe, expect, it } from 'vitest';
import { expectedVerdict, observedAccess } from '../../../../lab/known-behavior.ts';
import {
  CLASSIC_NATS,
  dualStack,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  type Ipv6Access,
  type NamedAccess,
  SYMMETRIC,
} from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { observedPorts } from '../../../../lab/sim/detect/observed-ports.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { runUntilDone, startSession } from '../../../../lab/sim/network/run-session.ts';
import type { TraceEntry } from '../../../../lab/sim/network/trace.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import { addStunServer, LAB_HTTP_PORT, LAB_LAYOUT, LAB_LAYOUT_IPV6 } from '../../../../lab/sim/server/stun-server.ts';
import { createSite } from '../../../../lab/sim/site/site.ts';
import { type Family, familyOf } from '../../../../src/endpoint.ts';
import { DEPENDENCIES } from '../../../../src/nat/behavior.ts';
import { createDiscovery } from '../../../../src/nat/discovery/discovery.ts';
import { DETECT_SOCKETS } from '../../../../src/nat/evidence.ts';
import type { DetectReport } from '../../../../src/nat/report.ts';
import { seeds } from '../../../runs.ts';

const SEEDS = seeds(10);
const LINK = symmetricLink({ latencyMs: 40, jitterMs: 10 });
const FAMILIES = ['IPv4', 'IPv6'] as const;
const LAYOUTS = { IPv4: LAB_LAYOUT, IPv6: LAB_LAYOUT_IPV6 } as const;

/** What a detection of that access finds, in one line. */
function expectedOf(access: Ipv6Access): string {
  const observed = observedAccess(access);
  if (observed.kind === 'no-udp') throw new Error('nothing is found where no UDP passes');
  const [ports] = observedPorts(access)?.kinds ?? [];
  return `${expectedVerdict(access)}: ${observed.mapping}, ${observed.filtering}, ports ${ports}`;
}

function lineOf({ verdict, mapping, filtering, allocation }: DetectReport): string {
  return `${verdict.type}: ${mapping.behavior}, ${filtering.behavior}, ports ${allocation.kind}`;
}

describe('detection over IPv6', () => {
  it('has an exact name for each access', () => {
    expect(IPV6_ACCESSES.map(({ name, access }) => `${name} is ${expectedOf(access)}`)).toEqual([
      'ipv6-open is open: none, endpoint-independent, ports none',
      'ipv6-transparent is open: none, endpoint-independent, ports none',
      'ipv6-firewall is firewalled: none, address-and-port-dependent, ports none',
      'nat66 is port-restricted: endpoint-independent, address-and-port-dependent, ports preserved',
      'nptv6 is full-cone: endpoint-independent, endpoint-independent, ports preserved',
      'nptv6-firewall is port-restricted: endpoint-independent, address-and-port-dependent, ports preserved',
    ]);
  });

  it.each(IPV6_ACCESSES)('finds it out, alone and beside each classic NAT: $name', ({ name, access }) => {
    for (const seed of SEEDS) {
      expect(lineOf(detectInSim({ access, family: 'IPv6', seed, link: LINK }))).toBe(expectedOf(access));
      for (const nat of CLASSIC_NATS) {
        const both = dualStack(nat, { name, access });
        expect(lineOf(detectInSim({ access: both, family: 'IPv6', seed, link: LINK }))).toBe(expectedOf(access));
        expect(detectInSim({ access: both, seed, link: LINK }).verdict).toEqual({ type: nat.name, reason: null });
      }
    }
  });

  it.each(DEPENDENCIES.flatMap((mapping) => DEPENDENCIES.map((filtering) => ({ mapping, filtering }))))(
    'names a NAT66 as it does a NAT of IPv4: $mapping, $filtering',
    (behavior) => {
      const access: Ipv6Access = { kind: 'nat', layers: [{ ...SYMMETRIC, ...behavior }] };
      for (const seed of SEEDS) {
        const { verdict, mapping, filtering } = detectInSim({ access, family: 'IPv6', seed, link: LINK });
        expect([verdict.type, mapping.behavior, filtering.behavior]).toEqual([
          ...[expectedVerdict(access), behavior.mapping, behavior.filtering],
        ]);
      }
    },
  );

  it('names no access wrongly over a link that loses packets', () => {
    for (const { access } of IPV6_ACCESSES) {
      for (const seed of seeds(40)) {
        const link = symmetricLink({ latencyMs: 40, jitterMs: 10, loss: 0.1 });
        const { verdict } = detectInSim({ access, family: 'IPv6', seed, link });
        expect([expectedVerdict(access), 'inconclusive'], `seed ${seed}`).toContain(verdict.type);
      }
    }
  });

  it('says that nothing answers where everything is dropped, and that UDP is blocked where TCP passes', () => {
    const { verdict } = detectInSim({ access: IPV6_DROPPED, family: 'IPv6', seed: 1, link: LINK });
    expect(verdict).toEqual({ type: 'inconclusive', reason: 'no-answer' });
    const blocked = detectInSim({ access: { kind: 'udp-blocked' }, family: 'IPv6', seed: 1, link: LINK });
    expect(blocked.verdict).toEqual({ type: 'udp-blocked', reason: null });
    const beside = dualStack(SYMMETRIC, IPV6_DROPPED);
    expect(detectInSim({ access: beside, family: 'IPv6', seed: 1, link: LINK }).verdict).toEqual(verdict);
    expect(detectInSim({ access: beside, seed: 1, link: LINK }).verdict.type).toBe('symmetric');
  });

  it('is not misled by a neighbour that opens mappings in the same family', () => {
    for (const one of IPV6_ACCESSES) {
      const trace: TraceEntry[] = [];
      const options = { access: dualStack(SYMMETRIC, one), family: 'IPv6', seed: 1, link: LINK } as const;
      const report = detectInSim({ ...options, neighbourGapMs: 20, trace: (entry) => trace.push(entry) });
      expect(lineOf(report)).toBe(expectedOf(one.access));
      const ofNeighbour = trace.filter(({ place, event }) => place === 'neighbour' && event === 'sent');
      expect(ofNeighbour.length).toBeGreaterThan(5);
      expect(new Set(ofNeighbour.map(({ packet }) => packet.to.address))).toEqual(new Set(['2001:db8::10']));
    }
  });
});

describe('detections of both families at once, by one host and one server', () => {
  const OPEN: Ipv6Access = { kind: 'open' };
  const OPEN_IPV4: NamedAccess = { name: 'open', access: { kind: 'open' } };
  const SYMMETRIC_IPV6: Ipv6Access = { kind: 'nat', layers: [SYMMETRIC] };

  function detectBoth(access: NamedAccess, seed: number) {
    const trace: TraceEntry[] = [];
    const world = createWorld({ seed, trace: (entry) => trace.push(entry) });
    addStunServer(world, { ipv6: LAB_LAYOUT_IPV6 });
    const host = createSite(world, { name: 'site', access, link: LINK }).addHost('client');
    const runs = FAMILIES.map((family) => {
      const { addresses, port } = LAYOUTS[family];
      const [server] = addresses;
      const address = host.addresses.find((one) => familyOf(one) === family) ?? '';
      return startSession(world, {
        host,
        address,
        sockets: DETECT_SOCKETS,
        create: ({ local, random, now }) =>
          createDiscovery({
            local,
            servers: [{ host: server, port, address: server }],
            httpPort: LAB_HTTP_PORT,
            timeoutMs: 30_000,
            now,
            randomBytes: random.fork(family).bytes,
          }),
      });
    });
    runUntilDone(world, runs);
    const [ipv4, ipv6] = runs.map((run) => run.outcome()?.result) as [DetectReport, DetectReport];
    return { ipv4, ipv6, trace };
  }

  it('are the same to the last packet for the same seed', () => {
    const access = dualStack(SYMMETRIC, { name: 'nat66', access: SYMMETRIC_IPV6 });
    expect(detectBoth(access, 1)).toEqual(detectBoth(access, 1));
    expect(detectBoth(access, 1).trace).not.toEqual(detectBoth(access, 2).trace);
  });

  it.each<[NamedAccess, ipv4: string, ipv6: string]>([
    [dualStack(SYMMETRIC, { name: 'open', access: OPEN }), 'symmetric', 'open'],
    [dualStack(OPEN_IPV4, { name: 'nat66', access: SYMMETRIC_IPV6 }), 'open', 'symmetric'],
  ])('never mix: $0.name', (access, ofIpv4, ofIpv6) => {
    for (const seed of SEEDS) {
      const { ipv4, ipv6, trace } = detectBoth(access, seed);
      expect([ipv4.verdict.type, ipv6.verdict.type]).toEqual([ofIpv4, ofIpv6]);
      const familiesOf = (value: unknown): ReadonlySet<Family> =>
        new Set([...JSON.stringify(value).matchAll(/"address":"([^"]+)"/g)].map(([, one = '']) => familyOf(one)));
      expect([familiesOf(ipv4), familiesOf(ipv6)]).toEqual([new Set(['IPv4']), new Set(['IPv6'])]);
      for (const { packet } of trace) expect(familyOf(packet.from.address)).toBe(familyOf(packet.to.address));
      expect(new Set(trace.map(({ packet }) => familyOf(packet.to.address)))).toEqual(new Set(FAMILIES));
    }
  });
});
