/** Two partners whose STUN is in processes of their own, over real sockets on loopback. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FULL_CONE, SYMMETRIC } from '../../../lab/profiles.ts';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { createPartnerLink } from '../../../server/partner/decisions/link.ts';
import { type Endpoint, sameEndpoint } from '../../../src/endpoint.ts';
import { natcheckReady } from '../../cli/natcheck.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { openLoopbackBrowser } from '../browser/loopback-browser.ts';
import { HAND_OVER, SECRET } from '../partner/pair.ts';
import { AWAY, HOME, type PartneredServers, startPartners } from '../partner/partners.ts';
import { changeRequest, request } from '../stun/requests.ts';
import { metric } from '../turn/relay-server.ts';
import { answerTo, primaryOf, untilAllAreTold, untilAllHear, withSockets } from './clients.ts';
import { childrenOf, isRunning } from './pids.ts';

/** Enough that one worker hears from none of them once in a million million times. */
const CLIENTS = 40;
/** As long as a test may take: six processes start. */
const START_TIMEOUT_MS = 60_000;
const WORKERS = { workers: 2 };
const CHANGED = request([changeRequest({ ip: true, port: true })], { id: new Uint8Array(12).fill(9) });

const alternateOf = ({ layouts: [layout] }: NatcheckServer): Endpoint => ({
  address: layout?.addresses[0] ?? '',
  port: layout?.altPort ?? 0,
});

/** Has every one of them asked for a change of address, and resolves when all were answered from that of the other. */
async function changeAll(sockets: readonly Socket[], asked: NatcheckServer, other: NatcheckServer): Promise<void> {
  const froms = await Promise.all(sockets.map(async (one) => (await answerTo(one, CHANGED, primaryOf(asked))).from));
  expect(froms).toEqual(sockets.map(() => alternateOf(other)));
}

async function killOneOf(server: NatcheckServer): Promise<void> {
  const before = server.workers();
  process.kill(before[0] ?? 0, 'SIGKILL');
  await expect.poll(() => server.workers().filter((pid) => !before.includes(pid))).toHaveLength(1);
}

/** One whose partner is not there yet. */
async function startHome() {
  const partner = { hosts: [AWAY], secret: SECRET };
  const server = await startServer({ ip: [HOME], port: 0, altPort: 0, httpPort: 0, ...WORKERS, partner });
  const [at, alternate] = [primaryOf(server), alternateOf(server)];
  return { server, at, alternate, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Its partner, as a program. */
function startAway({ at, alternate }: Awaited<ReturnType<typeof startHome>>) {
  const ports = ['--port', `${at.port}`, '--alt-port', `${alternate.port}`, '--http-port', '0'];
  const partner = ['--partner', HOME, '--partner-secret', SECRET];
  return natcheckReady(['serve', '--ip', AWAY, ...ports, ...partner, '--workers', '2']);
}

/** A link of the test's own, in the place of the partner of a server, which says nothing but what it is told to. */
async function standInFor(home: NatcheckServer) {
  const { port } = primaryOf(home);
  const ports = { port, altPort: alternateOf(home).port };
  const link = createPartnerLink({
    ...{ secret: SECRET, family: 'IPv4', ports },
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  const socket = createSocket('udp4').bind(port, AWAY);
  await once(socket, 'listening');
  const handle = (input: Parameters<typeof link.handle>[1]): readonly Uint8Array[] => {
    const sent = link.handle(performance.now(), input).flatMap((one) => (one.kind === 'send' ? [one.bytes] : []));
    for (const bytes of sent) socket.send(bytes, port, HOME);
    return sent;
  };
  socket.on('message', (bytes) => handle({ kind: 'datagram', bytes }));
  const asking = setInterval(() => handle({ kind: 'tick' }), 100);
  ownedByTest({
    [Symbol.asyncDispose]: async () => {
      clearInterval(asking);
      socket.close();
    },
  });
  return { socket, handle, isUp: () => link.standing(performance.now()) === 'up' };
}

describe('two partners with two workers each', () => {
  let partners: PartneredServers;
  beforeAll(async () => {
    partners = await startPartners({ home: WORKERS, away: WORKERS });
  }, START_TIMEOUT_MS);
  afterAll(() => partners[Symbol.asyncDispose]());

  it('answer for each other, whichever workers are asked, and count it once', async () => {
    const [home, away] = partners.servers;
    await withSockets(CLIENTS, async (sockets) => {
      for (const [asked, other] of [
        [home, away],
        [away, home],
      ] as const) {
        await untilAllAreTold(sockets, { to: primaryOf(asked), other: alternateOf(other) });
        await changeAll(sockets, asked, other);
        expect(await metric(asked, 'natcheck_partner_sent_total{message="hand-over"}')).toBe(CLIENTS);
        expect(await metric(other, 'natcheck_partner_taken_total{message="hand-over"}')).toBe(CLIENTS);
        const replies = 'natcheck_stun_replies_total{transport="udp4",class="success",redirected="true"}';
        expect(await metric(other, replies)).toBe(CLIENTS);
      }
    });
    expect(await metric(home, 'natcheck_partner_standing{family="IPv4",standing="up"}')).toBe(1);
  });

  it('find by the page of each what NAT a browser is behind', async () => {
    const verdicts = partners.servers.flatMap((server) =>
      [FULL_CONE, SYMMETRIC].map(async (nat) => (await (await openLoopbackBrowser(server, nat)).detect()).verdict.type),
    );
    expect(await Promise.all(verdicts)).toEqual(['full-cone', 'symmetric', 'full-cone', 'symmetric']);
  });

  it('answer for each other again when a worker of each was killed', async () => {
    const [home, away] = partners.servers;
    await Promise.all([killOneOf(home), killOneOf(away)]);
    await withSockets(CLIENTS, async (sockets) => {
      for (const [asked, other] of [
        [home, away],
        [away, home],
      ] as const) {
        const isRight = (_: unknown, from: Endpoint): boolean => sameEndpoint(from, alternateOf(other));
        await untilAllHear(sockets, { bytes: CHANGED, to: primaryOf(asked), isRight });
      }
    });
  });

  it('tell each other of their end', async () => {
    const [home, away] = partners.servers;
    await home[Symbol.asyncDispose]();
    await expect.poll(() => metric(away, 'natcheck_partner_taken_total{message="bye"}')).toBe(1);
  });
});

describe('a server with workers', () => {
  it('offers no behaviour tests on any worker when its partner is killed, and does again when that is back', async () => {
    await using home = await startHome();
    await withSockets(CLIENTS, async (sockets) => {
      await untilAllAreTold(sockets, { to: home.at, other: undefined });
      const other = { ...home.alternate, address: AWAY };
      await using away = await startAway(home);
      await untilAllAreTold(sockets, { to: home.at, other });
      const pids = childrenOf(away.child);
      away.child.kill('SIGKILL');
      await untilAllAreTold(sockets, { to: home.at, other: undefined });
      await expect.poll(() => pids.filter(isRunning)).toEqual([]);
      await using _again = await startAway(home);
      await untilAllAreTold(sockets, { to: home.at, other });
    });
  });

  it('offers none while its first process, which has the link, is stopped', async () => {
    await using home = await startHome();
    await using away = await startAway(home);
    const to = { ...home.at, address: AWAY };
    await withSockets(CLIENTS, async (sockets) => {
      await untilAllAreTold(sockets, { to, other: home.alternate });
      away.child.kill('SIGSTOP');
      await untilAllAreTold(sockets, { to, other: undefined });
      away.child.kill('SIGCONT');
      await untilAllAreTold(sockets, { to, other: home.alternate });
    });
  });

  it('answers a hand-over once, and nothing that strangers and recorders send', async () => {
    await using started = await startHome();
    const { server: home, at: to } = started;
    const standIn = await standInFor(home);
    await expect.poll(() => standIn.isUp() && home.partners[0]?.standing() === 'up').toBe(true);
    // Its first hellos may have come before the workers knew who the partner is.
    const early = await metric(home, 'natcheck_partner_refused_total{reason="stranger"}');
    const refused = (reason: string) => metric(home, `natcheck_partner_refused_total{reason="${reason}"}`);
    await withSockets(CLIENTS, async ([client, ...strangers]) => {
      if (!client) throw new Error('no client');
      const answers: number[] = [];
      client.on('message', (_, { port }) => answers.push(port));
      const mapped = { address: HOME, port: client.address().port };
      const [sealed] = standIn.handle({ kind: 'hand-over', handOver: { ...HAND_OVER, mapped, toPort: mapped.port } });
      if (!sealed) throw new Error('nothing handed over');
      await expect.poll(() => answers).toEqual([alternateOf(home).port]);
      for (const stranger of strangers) stranger.send(sealed, to.port, to.address);
      await expect.poll(() => refused('stranger')).toBe(early + strangers.length);
      for (let times = 0; times < 3; times++) standIn.socket.send(sealed, to.port, to.address);
      await expect.poll(() => refused('replayed')).toBe(3);
      standIn.socket.send(Buffer.from(sealed).fill(0, 60, 70), to.port, to.address);
      standIn.socket.send(Buffer.from(sealed).fill(7, 2, 18), to.port, to.address);
      standIn.socket.send(sealed.subarray(1), to.port, to.address);
      standIn.socket.send(sealed.subarray(0, 127), to.port, to.address);
      await expect.poll(() => Promise.all(['replayed', 'unsealed', 'malformed'].map(refused))).toEqual([4, 1, 1]);
      expect(answers).toHaveLength(1);
    });
  });
});
