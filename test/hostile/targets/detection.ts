/** Detection, with hairpinning and lifetime: a server that lies now and then, or always, behind a NAT of any kind. */
import type { Random } from '../../../lab/sim/network/random.ts';
import { LAB_LAYOUT } from '../../../lab/sim/server/stun-server.ts';
import { isOwn } from '../../../server/stun/decisions/layout.ts';
import { respond } from '../../../server/stun/decisions/responder.ts';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { createDiscovery } from '../../../src/nat/discovery/discovery.ts';
import { DETECT_SOCKETS, type DetectSocket } from '../../../src/nat/evidence.ts';
import { createHairpinTest, HAIRPIN_SOCKETS } from '../../../src/nat/extra-tests/hairpin.ts';
import { createLifetimeTest, idleTimes, lifetimeSockets } from '../../../src/nat/extra-tests/lifetime.ts';
import { behavior } from '../../../src/rendezvous/protocol/fields.ts';
import type { AttributeName } from '../../../src/stun/attribute.ts';
import { lie, SERVER } from '../lying-server.ts';
import { type Answer, driveHostile, type Sent } from '../session.ts';
import { hold, type Target } from '../target.ts';
import { chance } from '../values.ts';

const ANSWERS: readonly [readonly AttributeName[], ...(readonly AttributeName[])[]] = [
  ['XOR-MAPPED-ADDRESS', 'OTHER-ADDRESS', 'RESPONSE-ORIGIN'],
  ['XOR-MAPPED-ADDRESS', 'MAPPED-ADDRESS', 'OTHER-ADDRESS', 'RESPONSE-ORIGIN', 'SOFTWARE'],
  ['MAPPED-ADDRESS', 'CHANGED-ADDRESS', 'SOURCE-ADDRESS'],
  ['XOR-MAPPED-ADDRESS'],
  ['UNKNOWN-ATTRIBUTES'],
  [],
];

/** A NAT of any kind before the real responder: what an honest answer is, and from where. */
function createHonest(random: Random): (sent: Sent) => Answer | null {
  const allot = random.pick<(socket: string) => number>([
    () => 40_000,
    (socket) => 40_000 + DETECT_SOCKETS.indexOf(socket as DetectSocket),
    () => random.pick([0, 1, 65_535, 1024]),
    () => 20_480 + random.integer(64),
    () => 1 + random.integer(65_535),
    counter(random.pick([1, 2, -1, 1024])),
  ]);
  const keyOf = random.pick<(sent: Sent) => string>([
    ({ socket }) => socket,
    ({ socket, to }) => `${socket} ${to.address}`,
    ({ socket, to }) => `${socket} ${formatEndpoint(to)}`,
  ]);
  const mapped = new Map<string, number>();
  return (sent) => {
    const key = keyOf(sent);
    const port = mapped.get(key) ?? allot(sent.socket);
    mapped.set(key, port);
    if (!isOwn(LAB_LAYOUT, sent.to)) return null;
    const remote = { address: '198.51.100.7', port };
    const answer = respond(0, LAB_LAYOUT, { datagram: sent.bytes, local: sent.to, remote });
    return answer.kind === 'reply' ? { from: answer.from, bytes: answer.bytes } : null;
  };
}

function counter(step: number): () => number {
  let port = 30_000;
  return () => {
    port += step;
    return port & 0xffff;
  };
}

export const detectTarget: Target = {
  name: 'detection',
  weight: 10,
  run: (random, feed) => {
    const local = Object.fromEntries(
      DETECT_SOCKETS.map((name, index) => [name, { address: '192.168.1.10', port: 40_000 + index }]),
    ) as Record<DetectSocket, Endpoint>;
    const more = chance(random, 0.5) ? [] : [{ host: 'other', address: '198.51.100.10', port: 3478 }];
    const session = createDiscovery({
      local,
      servers: [{ host: 'lab', ...SERVER }, ...more],
      httpPort: 3480,
      timeoutMs: 10_000,
      now: 0,
      randomBytes: random.bytes,
    });
    const honest = createHonest(random);
    const share = random.pick([0.01, 0.1, 0.5, 1]);
    const answer = (sent: Sent): Answer => {
      const truth = chance(random, share) ? null : honest(sent);
      return truth ?? lie(random, sent, { answers: ANSWERS });
    };
    const report = driveHostile(session, { random, feed, answer, otherSocket: 'mapping', endsBy: 10_001 });
    const { kind, step, range } = report.allocation;
    const told = {
      mapping: report.mapping.behavior,
      filtering: report.filtering.behavior,
      allocation: { kind, step, range },
    };
    hold(behavior.safeParse(told).success, `no rendezvous takes what it found: ${JSON.stringify(told)}`);
    const { mapping, filtering } = report;
    const rest = { random, feed, answer, startAt: 11_000 };
    const hairpin = createHairpinTest({
      server: SERVER,
      mapping,
      filtering,
      timeoutMs: 5_000,
      now: 11_000,
      randomBytes: random.bytes,
    });
    driveHostile(hairpin, { ...rest, otherSocket: HAIRPIN_SOCKETS[0], endsBy: 60_000 });
    if (!chance(random, 0.1)) return;
    const lifetime = createLifetimeTest({
      server: SERVER,
      idleTimesS: idleTimes(60),
      now: 11_000,
      randomBytes: random.bytes,
    });
    driveHostile(lifetime, { ...rest, otherSocket: lifetimeSockets([])[0] ?? '', endsBy: 1_000_000 });
  },
};
