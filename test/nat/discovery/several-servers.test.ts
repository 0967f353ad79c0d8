/** What servers with one address can tell, by two ports and by several of them; and what one of them that lies cannot do. */
import { describe, expect, it } from 'vitest';
import { observedAccess } from '../../../lab/known-behavior.ts';
import {
  type AccessProfile,
  FULL_CONE,
  type NatProfile,
  PORT_RESTRICTED,
  SYMMETRIC,
  SYMMETRIC_ADDRESS,
  SYMMETRIC_SEQUENTIAL,
} from '../../../lab/profiles.ts';
import { observedPorts } from '../../../lab/sim/detect/observed-ports.ts';
import { drawAccess } from '../../../lab/sim/nat/draw-access.ts';
import { symmetricLink } from '../../../lab/sim/network/link.ts';
import { createRandom } from '../../../lab/sim/network/random.ts';
import { SERVER_FAULTS } from '../../../lab/sim/server/server-fault.ts';
import type { Respond } from '../../../lab/sim/server/stun-server.ts';
import { respond as respondTruly } from '../../../server/stun/decisions/responder.ts';
import { found, undetermined } from '../../../src/nat/behavior.ts';
import { classifySeveral } from '../../../src/nat/discovery/several-servers.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import { seeds } from '../../runs.ts';
import { detectBySeveral, liar, type SeveralDetection } from './several-in-sim.ts';

type Servers = Pick<SeveralDetection, 'chosen' | 'told' | 'altPort'>;

const A = { address: '203.0.113.10' };
const B = { address: '203.0.113.20' };
const C = { address: '203.0.113.30' };
/** Sets of servers of each kind that there is. */
const SERVERS: readonly [Servers, ...Servers[]] = [
  { chosen: [A] },
  { chosen: [A, B] },
  { chosen: [A, B], altPort: null },
  { chosen: [A, B, C], altPort: null },
  { chosen: [A], told: [B] },
];
const RUNS = seeds(400);
/** Each run takes some milliseconds; more where many tests share a core. */
const TIMEOUT_MS = 60_000;
const SEEDS = seeds(20);
const SOCKET_SEQUENTIAL: NatProfile = { ...SYMMETRIC, name: 'per socket', ports: 'socket-sequential' };

const behind = (...layers: readonly [NatProfile, ...NatProfile[]]): AccessProfile => ({ kind: 'nat', layers });

/** Each different one of what comes out over all seeds. */
function outcomes(
  options: Omit<SeveralDetection, 'seed'>,
  textOf: (report: DetectReport) => string,
): readonly string[] {
  return [...new Set(SEEDS.map((seed) => textOf(detectBySeveral({ ...options, seed }))))];
}
const mappingOf = ({ verdict, mapping }: DetectReport): string =>
  `${verdict.type}: ${mapping.behavior} ${mapping.reason ?? ''}`.trim();
const portsOf = ({ allocation }: DetectReport): string =>
  `${allocation.kind}${allocation.kind === 'sequential' && allocation.perSocket ? ' per socket' : ''} ${allocation.reason ?? ''}`.trim();

describe('two ports of one address', () => {
  it.each([
    [SYMMETRIC, 'random'],
    [SYMMETRIC_SEQUENTIAL, 'sequential'],
    [SOCKET_SEQUENTIAL, 'sequential per socket'],
    [{ ...SYMMETRIC, name: 'block', ports: 'block' } satisfies NatProfile, 'range'],
  ])('prove a mapping that depends on the port, and show its ports: %o, %s', (nat, ports) => {
    const options = { access: behind(nat), chosen: [A] };
    expect(outcomes(options, mappingOf)).toEqual(['symmetric: address-and-port-dependent']);
    expect(outcomes(options, portsOf)).toEqual([ports]);
  });

  it.each([PORT_RESTRICTED, FULL_CONE, SYMMETRIC_ADDRESS])('that agree prove only that it does not: %o', (nat) => {
    const options = { access: behind(nat), chosen: [A] };
    expect(outcomes(options, mappingOf)).toEqual(['inconclusive: undetermined ports-agree']);
    expect(outcomes(options, portsOf)).toEqual(['undetermined ports-agree']);
    const { filtering } = detectBySeveral(options);
    expect(filtering).toEqual(undetermined('server-has-one-address'));
  });

  it.each([PORT_RESTRICTED, SYMMETRIC])('of which one is silent are as one: %o', (nat) => {
    const mute = { ...A, respond: SERVER_FAULTS['mute alternate port'] };
    expect(outcomes({ access: behind(nat), chosen: [mute] }, mappingOf)).toEqual([
      'inconclusive: undetermined server-has-one-address',
    ]);
  });

  it('cost a silent one no more than the grace that a better server has: 300 ms and a reply time', () => {
    const mute = { ...A, respond: SERVER_FAULTS['mute alternate port'] };
    expect(detectBySeveral({ access: behind(SYMMETRIC), chosen: [mute] }).elapsedMs).toBe(40 + 300 + 110);
    expect(detectBySeveral({ access: behind(SYMMETRIC), chosen: [A], altPort: null }).elapsedMs).toBe(40);
  });

  it('are known without being told of where the server names the other one itself', () => {
    const naming = liar((seen) => seen, { ...A, port: 3479 });
    const options = { access: behind(SYMMETRIC), chosen: [{ ...A, respond: naming }], altPort: null };
    expect(outcomes(options, mappingOf)).toEqual(['symmetric: address-and-port-dependent']);
  });
});

describe('several servers with one address each', () => {
  it.each([
    [PORT_RESTRICTED, 'inconclusive: endpoint-independent', 'preserved'],
    [SYMMETRIC_ADDRESS, 'symmetric: address-dependent', 'random'],
    [SYMMETRIC, 'symmetric: address-and-port-dependent', 'random'],
    [SYMMETRIC_SEQUENTIAL, 'symmetric: address-and-port-dependent', 'sequential'],
    [SOCKET_SEQUENTIAL, 'symmetric: address-and-port-dependent', 'sequential per socket'],
  ])('and two ports tell the mapping, and how it gives ports: %o', (nat, mapping, ports) => {
    const options = { access: behind(nat), chosen: [A, B] };
    expect(outcomes(options, mappingOf)).toEqual([mapping]);
    expect(outcomes(options, portsOf)).toEqual([ports]);
  });

  it.each([
    [PORT_RESTRICTED, 'inconclusive: endpoint-independent', 'preserved'],
    [SYMMETRIC_ADDRESS, 'symmetric: undetermined depends-on-destination', 'random'],
    [SYMMETRIC_SEQUENTIAL, 'symmetric: undetermined depends-on-destination', 'sequential'],
  ])('and one port tell whether it depends on the destination, and how it gives ports: %o', (nat, mapping, ports) => {
    const options = { access: behind(nat), chosen: [A, B], altPort: null };
    expect(outcomes(options, mappingOf)).toEqual([mapping]);
    expect(outcomes(options, portsOf)).toEqual([ports]);
  });

  /** What one run names that is not so; the access, the link, the servers and a restart follow from the seed. */
  const wrongIn = (seed: number, restarts: 'never' | 'once'): readonly string[] => {
    const random = createRandom(seed).fork('several');
    const access = drawAccess(random.fork('access'), {
      kinds: ['open', 'firewall', 'nat', 'nat', 'nat', 'nat', 'nat', 'nat'],
      ports: ['preserved', 'preserved', 'sequential', 'socket-sequential', 'random', 'block'],
    });
    const latencyMs = random.next() * 100;
    const link = symmetricLink({ latencyMs, jitterMs: 10, loss: random.next() * 0.15 });
    const restart = restarts === 'once' ? { restartAtMs: random.next() * (200 + 10 * latencyMs) } : {};
    const { mapping, allocation } = detectBySeveral({ ...{ access, seed, link }, ...random.pick(SERVERS), ...restart });
    const observed = observedAccess(access);
    const expected = observed.kind === 'udp' ? observed.mapping : 'undetermined';
    const ports = [...(observedPorts(access)?.kinds ?? []), 'undetermined'];
    return [
      ...([expected, 'undetermined'].includes(mapping.behavior)
        ? []
        : [`${seed}: ${mapping.behavior}, not ${expected}`]),
      ...(ports.includes(allocation.kind) ? [] : [`${seed}: ${allocation.kind}, not ${ports.join(' or ')}`]),
    ];
  };

  it.each(['never', 'once'] as const)(
    'name nothing that is not so, over random accesses and lossy links, where routers restart %s',
    (restarts) => {
      expect(RUNS.flatMap((seed) => wrongIn(seed, restarts))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe('a server that somebody else has named', () => {
  it.each([
    [PORT_RESTRICTED, 'inconclusive: endpoint-independent'],
    [SYMMETRIC, 'symmetric: address-and-port-dependent'],
    // It may be a lie, so that it is not told from one.
    [SYMMETRIC_ADDRESS, 'inconclusive: undetermined servers-disagree'],
  ])('settles what two ports of the chosen one have left open, by agreeing: %o', (nat, mapping) => {
    expect(outcomes({ access: behind(nat), chosen: [A], told: [B] }, mappingOf)).toEqual([mapping]);
  });

  it('settles nothing where the chosen one has shown one port only, since it could guess the other on a counter', () => {
    const options = { access: behind(PORT_RESTRICTED), chosen: [A], told: [B], altPort: null };
    expect(outcomes(options, mappingOf)).toEqual(['inconclusive: undetermined server-has-one-address']);
    const guess = liar((seen) => ({ ...seen, port: seen.port - 1 }));
    const guessed = { ...options, access: behind(SYMMETRIC_SEQUENTIAL), told: [{ ...B, respond: guess }] };
    expect(outcomes(guessed, mappingOf)).toEqual(['inconclusive: undetermined server-has-one-address']);
  });

  it('does not end the wait for the chosen one by answering before it', () => {
    const late: Respond = (now, ...request) => (now < 1000 ? SERVER_FAULTS.silent : respondTruly)(now, ...request);
    const options = { access: behind(PORT_RESTRICTED), chosen: [{ ...A, respond: late }], told: [B] };
    expect(outcomes(options, mappingOf)).toEqual(['inconclusive: endpoint-independent']);
  });

  it('proves nothing where the chosen one is silent, and UDP is not called blocked then', () => {
    const silent = { ...A, respond: SERVER_FAULTS.silent };
    const report = detectBySeveral({ access: behind(PORT_RESTRICTED), chosen: [silent], told: [B] });
    expect(report.verdict).toEqual({ type: 'inconclusive', reason: 'unproven-servers' });
    expect(report.filtering).toEqual(undetermined('unproven-servers'));
  });

  it('is never left to tell everything by itself, though it has two addresses', () => {
    const two: Respond = (now, layout, arrival) =>
      (SERVER_FAULTS['mute alternate address'] as Respond)(
        now,
        { ...layout, addresses: [B.address, C.address] },
        arrival,
      );
    const report = detectBySeveral({ access: behind(PORT_RESTRICTED), chosen: [A], told: [{ ...B, respond: two }] });
    expect(report.server?.host).toBe(A.address);
    expect(report.mapping).toEqual(found('endpoint-independent'));
    expect(report.probes.filter(({ to }) => to.address === C.address)).toEqual([]);
  });

  const LIES: readonly (readonly [string, Respond])[] = [
    ['another port', liar((seen) => ({ ...seen, port: seen.port ^ 1 }))],
    ['another one for each request', liar((seen, asked) => ({ ...seen, port: 2000 + asked }))],
    ['the endpoint of somebody else', liar(() => ({ address: '198.51.100.66', port: 6666 }))],
    ['garbage', SERVER_FAULTS.garbage],
    ['errors', SERVER_FAULTS['errors only']],
    ['a wrong transaction id', SERVER_FAULTS['wrong transaction id']],
  ];
  const NATS = [FULL_CONE, PORT_RESTRICTED, SYMMETRIC, SYMMETRIC_SEQUENTIAL, SYMMETRIC_ADDRESS];

  it.each(LIES)('and answers with %s leads to no mapping that is not so, and to no other reason', (_what, respond) => {
    for (const nat of NATS) {
      for (const altPort of [3479, null]) {
        const options = { access: behind(nat), chosen: [A], told: [{ ...B, respond }], altPort };
        const isProven = altPort !== null && nat.mapping === 'address-and-port-dependent';
        for (const seed of SEEDS) {
          const { mapping, public: seen } = detectBySeveral({ ...options, seed });
          if (isProven) expect(mapping).toEqual(found(nat.mapping));
          else expect(['ports-agree', 'servers-disagree', 'server-has-one-address']).toContain(mapping.reason);
          expect(seen?.address).not.toBe('198.51.100.66');
        }
      }
    }
  });
});

describe('among servers that were chosen', () => {
  const LOCAL = { address: '10.1.0.2', port: 40_000 };
  const see = (
    to: { readonly address: string },
    port: number,
    mapped: number,
    source: 'chosen' | 'told' = 'chosen',
  ) => ({
    ...{ to: { ...to, port }, mapped: { address: '198.51.100.7', port: mapped }, source },
  });

  it('one that differs while others agree turns no verdict', () => {
    const respond = liar((seen) => ({ ...seen, port: seen.port ^ 1 }));
    for (const altPort of [3479, null]) {
      const options = { access: behind(PORT_RESTRICTED), chosen: [A, { ...B, respond }, C], altPort };
      expect(outcomes(options, mappingOf)).toEqual(['inconclusive: undetermined servers-disagree']);
    }
  });

  it.each([
    ['whose ports differ where those of another agree', [see(A, 1, 7), see(A, 2, 7), see(B, 1, 8), see(B, 2, 9)]],
    ['that agrees with one port of another whose ports differ', [see(A, 1, 7), see(A, 2, 8), see(B, 1, 7)]],
  ])('one %s is a contradiction', (_what, samples) => {
    expect(classifySeveral(LOCAL, samples)).toEqual(undetermined('servers-disagree'));
  });

  it('two that agree are not overturned by one that was named by somebody else', () => {
    expect(classifySeveral(LOCAL, [see(A, 1, 7), see(B, 1, 7), see(C, 1, 9, 'told')])).toEqual(
      found('endpoint-independent'),
    );
  });
});
