/** No socket is left behind by an attempt, at whatever moment it ends. */
import { randomBytes, randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { now } from '../../src/net/driver.ts';
import { openUdpSocket } from '../../src/net/udp-socket.ts';
import { createPunchBudget } from '../../src/punch/attempt/budget.ts';
import { candidateAgent, PUNCH_SOCKET } from '../../src/punch/attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt } from '../../src/punch/attempt/introduced-attempt.ts';
import { startPath } from '../../src/punch/path/start-path.ts';

const STABLE = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' } as const;
const MOVING = {
  mapping: 'address-and-port-dependent',
  filtering: 'address-and-port-dependent',
  allocation: { kind: 'random', step: null, range: null },
} as const;

const udpSockets = (): number => process.getActiveResourcesInfo().filter((one) => one === 'UDPWrap').length;

/** The system counts a closed socket until its loop has turned; one that is left behind, for ever. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

it.each([
  ['at once', 0],
  ['while its sockets are being opened', 20],
  ['when all are open', 256],
])('a birthday that ends %s closes all that it has opened', async (_when, opened) => {
  const before = udpSockets();
  const socket = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  // Nobody is there, and what is sent is dropped.
  const nobody = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const place = { local: socket.local, seen: socket.local, server: '127.0.0.1' };
  const attempt = createIntroducedAttempt({
    introduction: {
      type: 'introduction',
      peer: 'bob',
      endpoint: nobody.local,
      candidates: [],
      behavior: STABLE,
      own: socket.local,
      role: 'controlled',
      key: 'k'.repeat(43),
      startInMs: 0,
    },
    plan: { technique: 'birthday' },
    behavior: MOVING,
    agentOf: candidateAgent({ direct: place, relay: null, randomBytes }),
    server: nobody.local,
    networks: [],
    budget: createPunchBudget(),
    startAt: now(),
    randomBytes,
    randomInteger: (below) => randomInt(below),
  });
  const path = startPath({ session: attempt, sockets: { [PUNCH_SOCKET]: socket }, onEvent: () => {} });
  await until(() => udpSockets() >= before + 2 + opened);
  await path[Symbol.asyncDispose]();
  await until(() => udpSockets() <= before + 2);
  await socket[Symbol.asyncDispose]();
  await nobody[Symbol.asyncDispose]();
  await until(() => udpSockets() <= before);
  expect(udpSockets()).toBe(before);
});
