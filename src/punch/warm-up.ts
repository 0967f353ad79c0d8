/**
 * The warm-up: one punch in memory, before the peer is asked for, so that the code which has to be fast later is compiled by
 * then. It halves the time from the introduction to the first check in a freshly started process (`npm run bench:punch`).
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { otherRole, type Role } from '../ice/role.ts';
import { now } from '../net/driver.ts';
import type { UdpSocket } from '../net/udp-socket.ts';
import type { Introduction } from '../rendezvous/protocol/server-message.ts';
import type { Attempt } from './attempt/attempt.ts';
import { createPunchBudget } from './attempt/budget.ts';
import { type CandidateAgent, candidateAgent, PUNCH_SOCKET } from './attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt } from './attempt/introduced-attempt.ts';
import { planIntroduced } from './attempt/plan.ts';
import { startPath } from './path/start-path.ts';

/** The endpoints of the two sides, to which nothing is sent (RFC 5737). */
const PLACES: Readonly<Record<Role, Endpoint>> = {
  controlling: { address: '192.0.2.1', port: 9 },
  controlled: { address: '192.0.2.2', port: 9 },
};
/** A private address of the peer in a network of this side. It is judged like any other, but the warm-up ends before it is checked. */
const PRIVATE_CANDIDATE = '9 1 udp 1 10.0.0.2 9 typ host';
const NETWORKS = ['127.0.0.1/8', '10.0.0.1/24'];
const BEHAVIOR = { mapping: 'none', filtering: 'endpoint-independent' } as const;

/** What the two sides of the punch share. */
interface Pair {
  /** The key of the introduction. */
  readonly key: string;
  readonly agents: Readonly<Record<Role, CandidateAgent>>;
  readonly sockets: Readonly<Record<Role, UdpSocket>>;
}

/** Runs the warm-up, which takes some 30 ms the first time, most of it on the processor. */
export async function warmUp(): Promise<void> {
  const pair: Pair = {
    key: randomBytes(32).toString('base64url'),
    agents: { controlling: agentAt('controlling'), controlled: agentAt('controlled') },
    sockets: memorySockets(),
  };
  const sides = (['controlling', 'controlled'] as const).map((role) => play(pair, role));
  await Promise.all(sides.map(({ connected }) => connected));
  for (const { end } of sides) await end();
}

function play(pair: Pair, role: Role) {
  const attempt = attemptOf(pair, role);
  const connected = Promise.withResolvers<void>();
  const path = startPath({
    session: attempt,
    sockets: { [PUNCH_SOCKET]: pair.sockets[role] },
    mayOpen: false,
    onEvent: ({ kind }) => {
      if (kind === 'connected' || kind === 'failed') connected.resolve();
    },
  });
  const end = async (): Promise<void> => {
    // The session is closed at once, since there is nobody to tell.
    path.wake(attempt.close);
    await path[Symbol.asyncDispose]();
  };
  return { connected: connected.promise, end };
}

function attemptOf(pair: Pair, role: Role): Attempt {
  const introduction = introductionOf(pair, role);
  const { candidates } = pair.agents[role];
  const server = PLACES[otherRole(role)];
  const side = { id: role, candidates, behavior: BEHAVIOR, isDirect: true, server: server.address };
  return createIntroducedAttempt({
    introduction,
    plan: planIntroduced(introduction, side),
    behavior: BEHAVIOR,
    agentOf: pair.agents[role],
    server,
    networks: NETWORKS,
    budget: createPunchBudget(),
    startAt: now(),
    randomBytes,
    randomInteger: (below) => randomInt(below),
  });
}

function introductionOf({ key, agents }: Pair, role: Role): Introduction {
  const other = otherRole(role);
  return {
    type: 'introduction',
    peer: other,
    endpoint: PLACES[other],
    candidates: [...agents[other].candidates, PRIVATE_CANDIDATE],
    behavior: BEHAVIOR,
    own: PLACES[role],
    role,
    key,
    startInMs: 0,
  };
}

/** Returns two sockets in memory: what one sends reaches the other later, as over a network. */
function memorySockets(): Readonly<Record<Role, UdpSocket>> {
  const receivers = new Map<Role, (bytes: Uint8Array, from: Endpoint) => void>();
  const socketOf = (role: Role): UdpSocket => ({
    local: PLACES[role],
    send: (bytes) => queueMicrotask(() => receivers.get(otherRole(role))?.(bytes, PLACES[role])),
    onDatagram: (receive) => void receivers.set(role, receive),
    async [Symbol.asyncDispose]() {},
  });
  return { controlling: socketOf('controlling'), controlled: socketOf('controlled') };
}

function agentAt(role: Role): CandidateAgent {
  const place = PLACES[role];
  return candidateAgent({
    direct: { local: place, seen: place, server: place.address },
    relay: null,
    randomBytes,
  });
}
