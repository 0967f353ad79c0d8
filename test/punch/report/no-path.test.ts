/** Every cause for which two peers that met have no path, produced in a lab, and the whole sentence that is said of it. */
import { afterAll, describe, expect, it } from 'vitest';
import { FULL_CONE, PORT_RESTRICTED, SYMMETRIC, SYMMETRIC_SEQUENTIAL } from '../../../lab/profiles.ts';
import type { UdpPacket } from '../../../lab/sim/network/packet.ts';
import { TURN_ENDPOINT } from '../../../lab/sim/server/turn-server.ts';
import { findOwnBehavior } from '../../../src/detect/own-behavior.ts';
import { CAUSES } from '../../../src/punch/report/causes.ts';
import type { NoPathFacts } from '../../../src/punch/report/facts.ts';
import { explainNoPath } from '../../../src/punch/report/no-path.ts';
import { decode } from '../../../src/stun/decode.ts';
import { portsOf, startPunch, startPunchServer } from '../punches.ts';
import { attemptAlone } from './alone.ts';
import { type Drops, factsOf, failedPunch, isOfServer, type LabSide, noPeers, runPunch } from './lab.ts';

const NO_RELAY = 'neither alice nor bob has offered a relay (natcheck serve --relay, or --turn)';
const NO_RELAY_OF_BOB = 'neither bob nor alice has offered a relay (natcheck serve --relay, or --turn)';

const FAMILIES =
  'alice is reachable over IPv4 alone, and bob over IPv6 alone: let both reach the server over one family';
const FAMILIES_OF_BOB =
  'bob is reachable over IPv6 alone, and alice over IPv4 alone: let both reach the server over one family';

/** The causes that a test of this file has produced. */
const produced = new Set<string>();

/** What is said, with the name of the cause. */
function said(facts: NoPathFacts): readonly [string | undefined, string] {
  const name = CAUSES.find(({ isIt }) => isIt(facts))?.name;
  if (name) produced.add(name);
  return [name, explainNoPath(facts)];
}

const strict: LabSide = { nat: PORT_RESTRICTED };
const moving: LabSide = { nat: SYMMETRIC };
const counting: LabSide = { nat: SYMMETRIC_SEQUENTIAL };
const shut = (side: LabSide): LabSide => ({ ...side, drops: noPeers });

const classOf = (bytes: Uint8Array): string | null => {
  const decoded = decode(bytes);
  return decoded.ok ? decoded.message.class : null;
};

it('a firewall between two NATs that are known', () => {
  const [alice] = failedPunch([shut(strict), strict]);
  expect(said(alice)).toEqual([
    'firewall',
    `nothing from bob came in, although it should have, by what is known of both sides: a firewall on one side or the other drops UDP between peers, or a router has restarted; ${NO_RELAY}`,
  ]);
  expect(said({ ...alice, mode: 'direct-only' })[1]).toMatch(
    /; neither alice \(--direct-only\) nor bob has offered a relay$/,
  );
});

it('NATs that were not detected', () => {
  const unknown = { mapping: 'undetermined', filtering: 'undetermined' } as const;
  const [alice] = failedPunch([shut(strict), { ...strict, told: unknown }]);
  expect(said(alice)).toEqual([
    'nat-unknown',
    `nothing from bob came in, and why is unknown, as the NAT of bob was not detected: natcheck detect, run there, tells what it does; ${NO_RELAY}`,
  ]);
  const [, both] = failedPunch([
    { ...shut(strict), told: unknown },
    { ...strict, told: unknown },
  ]);
  expect(said(both)[1]).toBe(
    `nothing from alice came in, and why is unknown, as the NAT of bob and that of alice was not detected: natcheck detect, run there, tells what it does; ${NO_RELAY_OF_BOB}`,
  );
});

it('a NAT that could not be detected for a reason that is known', async () => {
  await using server = await startPunchServer({ ip: ['127.0.0.1'] });
  const at = { address: '127.0.0.1', port: portsOf(server).port ?? 0 };
  using behavior = findOwnBehavior({ server: () => at, local: undefined, signal: undefined });
  const told = await behavior.find({ address: '127.0.0.1', port: 1 });
  const [alice] = failedPunch([{ ...shut(strict), told }, moving]);
  expect(said({ ...alice, undetected: behavior.why() })).toEqual([
    'nat-unknown',
    `nothing from bob came in, and why is unknown, as the NAT of alice (the server has one address; this test needs a server with two) was not detected: natcheck detect, run there, tells what it does; ${NO_RELAY}`,
  ]);
});

it('a peer that tells what no NAT does', () => {
  const [alice] = failedPunch([shut(moving), { ...strict, told: { mapping: 'none', filtering: 'none' } }]);
  expect(said(alice)).toEqual([
    'unknown',
    `nothing from bob came in, and why is unknown: natcheck detect, run on both sides, tells what their NATs do; ${NO_RELAY}`,
  ]);
});

const isIn = (packet: UdpPacket, direction: 'in' | 'out'): boolean => direction === 'in' && !isOfServer(packet);

it('answers that do not come back', () => {
  const deaf: Drops = (packet, direction) => isIn(packet, direction) && classOf(packet.bytes) === 'success';
  const [alice, bob] = runPunch([moving, { nat: FULL_CONE, drops: deaf }]);
  expect(said(factsOf('bob', bob))).toEqual([
    'not-answered',
    'packets from alice come in, but none that bob sends is answered: they are dropped on the way to alice, or the answers on the way back',
  ]);
  // The one that nominates does so with a check, which has come in here, and has been answered.
  expect(alice.outcome()).toMatchObject({ kind: 'connected' });
});

it('a peer that answers, and whose own checks do not come in', () => {
  const unasked: Drops = (packet, direction) => isIn(packet, direction) && classOf(packet.bytes) === 'request';
  const [alice] = failedPunch([{ ...moving, drops: unasked }, { nat: FULL_CONE }]);
  expect(said(alice)).toEqual(['not-nominated', 'bob answers, but has not chosen a path in time, which is its part']);
});

it('a peer that answers until a path is to be chosen', () => {
  let answers = 0;
  const once: Drops = (packet, direction) =>
    isIn(packet, direction) && (classOf(packet.bytes) !== 'success' || answers++ > 0);
  const [alice] = failedPunch([{ ...strict, drops: once }, strict]);
  expect(said(alice)).toEqual(['not-nominated', 'bob has answered, but not any more when a path was to be chosen']);
});

it('two NATs that only a relay gets through, without one and with one that is silent', () => {
  const [alice] = failedPunch([moving, moving]);
  const cause =
    'alice and bob are both behind symmetric NATs, whose ports cannot be predicted: only a relay gets through, unless one side moves behind a different NAT';
  expect(said(alice)).toEqual(['needs-relay', `${cause}; ${NO_RELAY}`]);
  const fromRelay: Drops = ({ from, bytes }, direction) =>
    direction === 'in' && from.address === TURN_ENDPOINT.address && classOf(bytes) === 'indication';
  const sides = [
    { ...moving, drops: fromRelay },
    { ...moving, drops: fromRelay },
  ] as const;
  const [relayed] = failedPunch(sides, { relay: true });
  expect(said(relayed)[1]).toBe(`${cause}; nothing came through the relay of alice and that of bob`);
});

it('two homes behind the NAT of one carrier that sends nothing back inside', () => {
  const [alice] = failedPunch([strict, strict], { carrier: PORT_RESTRICTED });
  const { address } = alice.introduction.own;
  expect(said(alice)).toEqual([
    'no-hairpinning',
    `alice and bob share the public address ${address}, and reach each other neither at their own addresses nor through that one (no hairpinning): they need a network that does not keep them apart; ${NO_RELAY}`,
  ]);
});

it('a router that has restarted during the attempt', () => {
  const sides = failedPunch([moving, { ...moving, restartAtMs: 1_000 }]);
  const sentence =
    'the router of bob has given the socket another port during the attempt, as when it restarts: another attempt finds it there';
  expect(sides.map(said)).toEqual([
    ['router-restarted', sentence],
    ['router-restarted', sentence],
  ]);
});

it('a birthday that met nothing', () => {
  const [alice] = failedPunch([shut(strict), moving]);
  expect(said(alice)).toEqual([
    'birthday-missed',
    `the birthday attempt met no port, with a 99.9999935 % chance of a match if nothing is lost: bad luck, packets that were lost, a router that has restarted, a firewall that drops UDP between the two, or a NAT that does not do what was detected; ${NO_RELAY}`,
  ]);
});

it('predicted ports at which nothing came, and ports that could not be told', () => {
  const [alice] = failedPunch([shut(strict), counting]);
  expect(said(alice)).toEqual([
    'prediction-missed',
    `nothing came in at the predicted ports: others took them, packets were lost, or what the two had to tell each other, a router has restarted, a NAT does not count as was detected, or a firewall drops UDP between the two; ${NO_RELAY}`,
  ]);
  // The server does not answer the socket that is to show where the counter stands.
  let first: number | null = null;
  const onlyFirst: Drops = (packet, direction) => {
    if (!isOfServer(packet)) return true;
    if (direction === 'in') return false;
    first ??= packet.from.port;
    return packet.from.port !== first;
  };
  const sides = failedPunch([strict, { ...counting, drops: onlyFirst }]);
  const untold =
    'the next port of bob was to be predicted, but was not told in time: the server was lost, or did not answer the socket that shows the port';
  expect(sides.map(said)).toEqual([
    ['ports-untold', `${untold}; ${NO_RELAY}`],
    ['ports-untold', `${untold}; ${NO_RELAY_OF_BOB}`],
  ]);
});

it('a mapped port that leads nowhere', () => {
  const mapped = { endpoint: { address: '203.0.113.7', port: 5000 }, router: '192.168.1.1' };
  expect(said(attemptAlone({ mapped }))).toEqual([
    'mapped-port-silent',
    `nothing from bob came in, although a router has mapped 203.0.113.7:5000: the mapping leads nowhere, or a firewall drops UDP between the two; ${NO_RELAY}`,
  ]);
});

it('peers that are reachable over different families', () => {
  expect(said(attemptAlone({ endpoint: { address: '2001:db8::7', port: 6000 } }))).toEqual([
    'no-common-family',
    FAMILIES,
  ]);
});

it('a peer at an address to which this side does not send', () => {
  expect(said(attemptAlone({ endpoint: { address: '10.9.9.9', port: 6000 } }))).toEqual([
    'nowhere-to-send',
    'bob is at 10.9.9.9:6000, which is in no network that alice is in: nothing was sent there',
  ]);
});

it('a side that has neither a socket nor a relay any more', () => {
  expect(said(attemptAlone({ isDirect: false }))).toEqual([
    'no-way-out',
    'alice has no way out any more: its UDP does not reach the server, and its relay is lost',
  ]);
});

it('a system that refuses to send', () => {
  expect(said(attemptAlone({ refusal: 'EPERM' }))).toEqual([
    'send-refused',
    'every packet toward bob was refused before it left alice, by the system (EPERM)',
  ]);
});

it('a peer that is heard while the relay refuses to send', () => {
  const heard = { ...attemptAlone({}), isHeard: true, refusals: [{ by: 'relay', code: 'EACCES' } as const] };
  expect(said(heard)).toEqual([
    'not-answered',
    'packets from bob come in, but none that alice sends is answered: some were refused before they left, by the relay (EACCES)',
  ]);
});

it('a peer that answers with errors', () => {
  expect(said(attemptAlone({ errorCode: 400 }))).toEqual([
    'refused-by-peer',
    'bob answers with errors: it does not take part in this session',
  ]);
});

it('a peer at the address of a relay', () => {
  const random = { mapping: 'address-and-port-dependent', filtering: 'address-and-port-dependent' } as const;
  const [cause, sentence] = said(attemptAlone({ endpoint: { address: '203.0.113.10', port: 6000 }, behavior: random }));
  expect([cause, sentence]).toEqual([
    'needs-relay',
    `bob is seen at the address of a relay, toward which no birthday attempt is made; ${NO_RELAY}`,
  ]);
});

describe.concurrent('two punches on real sockets, until both give up', { timeout: 60_000 }, () => {
  it('over different families', async () => {
    await using server = await startPunchServer({ ip: ['127.0.0.1', '::1'] });
    const { port } = portsOf(server);
    const alice = startPunch(server, { id: 'alice', peer: 'bob', family: 'IPv4' });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', server: `[::1]:${port}` });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one, other].map(({ report: { reason, detail } }) => [reason, detail])).toEqual([
      ['no-path', FAMILIES],
      ['no-path', FAMILIES_OF_BOB],
    ]);
  });

  it('by a relay that lets nothing through to the peer', async () => {
    await using server = await startPunchServer({ relay: { open: true } });
    const alice = startPunch(server, { id: 'alice', peer: 'bob', mode: 'relay-only' });
    const bob = startPunch(server, { id: 'bob', peer: 'alice', mode: 'direct-only' });
    await using one = await alice.result;
    await using other = await bob.result;
    expect([one, other].map(({ report: { reason, detail } }) => [reason, detail])).toEqual([
      [
        'no-path',
        'packets from bob come in, but none that alice sends is answered: they are dropped on the way to bob, or the answers on the way back',
      ],
      [
        'no-path',
        'alice is reachable only through a relay: no direct path is tried; nothing came through the relay of alice',
      ],
    ]);
  });
});

afterAll(() => {
  expect([...produced].toSorted()).toEqual(CAUSES.map(({ name }) => name).toSorted());
});
