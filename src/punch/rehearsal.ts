/**
 * A punch in memory, once, before the peer is asked for: what has to be quick when it comes is compiled by then. It halves
 * the time from the introduction to the first check in a process that has just been started (`npm run bench:punch`).
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Endpoint } from '../endpoint.ts';
import { otherRole, type Role } from '../ice/role.ts';
import { type CandidateAgent, candidateAgent, PUNCH_SOCKET } from './candidate-agent.ts';
import { createIntroducedAttempt } from './introduced-attempt.ts';
import { planIntroduced } from './introduced-plan.ts';
import { createPunchBudget } from './limits/budget.ts';
import type { Introduction } from './meeting.ts';

/** Nothing is sent to them (RFC 5737). */
const PLACES: Readonly<Record<Role, Endpoint>> = {
  controlling: { address: '192.0.2.1', port: 9 },
  controlled: { address: '192.0.2.2', port: 9 },
};
const BEHAVIOR = { mapping: 'none', filtering: 'endpoint-independent' } as const;
/** More than the two take. */
const ROUNDS = 20;

/** Takes some 10 to 25 ms of a core the first time. */
export function rehearse(): void {
  const key = randomBytes(32).toString('base64url');
  const agents = { controlling: agentAt('controlling'), controlled: agentAt('controlled') };
  const attempts = { controlling: attemptOf('controlling'), controlled: attemptOf('controlled') };
  for (let now = 0; now < ROUNDS; now++) {
    for (const role of ['controlling', 'controlled'] as const) exchange(now, role);
  }
  for (const attempt of Object.values(attempts)) attempt.close();

  function attemptOf(role: Role) {
    const other = otherRole(role);
    const { candidates } = agents[role];
    const introduction: Introduction = {
      type: 'introduction',
      peer: other,
      endpoint: PLACES[other],
      candidates: [...agents[other].candidates],
      behavior: BEHAVIOR,
      own: PLACES[role],
      role,
      key,
      startInMs: 0,
    };
    const side = { id: role, candidates, behavior: BEHAVIOR, isDirect: true, server: PLACES[other].address };
    return createIntroducedAttempt({
      introduction,
      plan: planIntroduced(introduction, side),
      behavior: BEHAVIOR,
      agentOf: agents[role],
      server: PLACES[other],
      networks: [],
      budget: createPunchBudget(),
      startAt: 0,
      randomBytes,
      randomInteger: (below) => randomInt(below),
    });
  }

  function exchange(now: number, role: Role): void {
    for (;;) {
      const output = attempts[role].poll(now);
      if (output.kind === 'wait' || output.kind === 'closed') return;
      if (output.kind !== 'transmit') continue;
      const { bytes } = output;
      attempts[otherRole(role)].handleDatagram(now, { socket: PUNCH_SOCKET, from: PLACES[role], bytes });
    }
  }
}

function agentAt(role: Role): CandidateAgent {
  const place = PLACES[role];
  return candidateAgent({
    direct: { local: place, seen: place, server: place.address },
    relay: null,
    randomBytes,
  });
}
