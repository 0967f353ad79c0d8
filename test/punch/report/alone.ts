/** An attempt on virtual time whose peer answers nothing, or only errors, until it has given up. */
import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../../../src/endpoint.ts';
import { type ErrorCode, encodeError } from '../../../src/ice/checks/messages.ts';
import { createPunchBudget } from '../../../src/punch/attempt/budget.ts';
import {
  candidateAgent,
  type MappedCandidate,
  PUNCH_SOCKET,
} from '../../../src/punch/attempt/candidates/candidate-agent.ts';
import { createIntroducedAttempt, type IntroducedAttempt } from '../../../src/punch/attempt/introduced-attempt.ts';
import { planIntroduced } from '../../../src/punch/attempt/plan.ts';
import type { NoPathFacts } from '../../../src/punch/report/facts.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import { iceCredentials } from '../../../src/rendezvous/protocol/ice-credentials.ts';
import type { Introduction } from '../../../src/rendezvous/protocol/server-message.ts';
import type { Transmit } from '../../../src/session.ts';
import { decode } from '../../../src/stun/decode.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';

const LOCAL = { address: '192.168.1.7', port: 5000 };
const OWN = { address: '203.0.113.7', port: 40_000 };
const SERVER = { address: '203.0.113.10', port: 3478 };
const KEY = 'k'.repeat(43);
const BEHAVIOR: ToldBehavior = { mapping: 'endpoint-independent', filtering: 'address-and-port-dependent' };

export interface AloneOptions {
  /** Where the server has seen the peer. */
  readonly endpoint?: Endpoint;
  /** What the peer has told of its NAT. */
  readonly behavior?: ToldBehavior;
  /** A port that the router has mapped to this side. */
  readonly mapped?: MappedCandidate;
  /** Whether this side has a socket; default true. */
  readonly isDirect?: boolean;
  /** The code with which the system refuses to send. */
  readonly refusal?: string;
  /** The error with which the peer answers. */
  readonly errorCode?: ErrorCode;
}

/** Returns the facts of alice, who has been introduced to bob. */
export function attemptAlone(options: AloneOptions): NoPathFacts {
  const { endpoint = { address: '198.51.100.2', port: 6000 }, mapped = null, isDirect = true } = options;
  const { behavior = BEHAVIOR } = options;
  const introduction: Introduction = {
    type: 'introduction',
    ...{ peer: 'bob', endpoint, candidates: [], behavior, own: OWN, key: KEY, startInMs: 0 },
    role: 'controlling',
  };
  const direct = isDirect ? { local: LOCAL, seen: OWN, server: SERVER.address } : null;
  const agentOf = candidateAgent({ direct, mapped, relay: null, randomBytes });
  const told = { candidates: agentOf.candidates, behavior: BEHAVIOR };
  const plan = planIntroduced(introduction, { id: 'alice', ...told, isDirect: true, server: SERVER.address });
  const attempt = createIntroducedAttempt({
    ...{ introduction, plan, behavior: BEHAVIOR, agentOf, server: SERVER, networks: [], budget: createPunchBudget() },
    ...{ startAt: 0, randomBytes, randomInteger: () => 0 },
  });
  const reason = giveUp(attempt, options);
  return { ...attempt.evidence(), id: 'alice', mode: 'any', undetected: null, reason, plan, introduction, told };
}

function giveUp(attempt: IntroducedAttempt, { refusal, errorCode }: AloneOptions): NoPathFacts['reason'] {
  for (let now = 0; ; ) {
    const output = attempt.poll(now);
    if (output.kind === 'event' && output.event.kind === 'failed') return output.event.reason;
    if (output.kind === 'done') throw new Error('the attempt has ended without a reason');
    if (output.kind === 'wait') {
      now = output.until;
      attempt.handleTimeout(now);
    }
    if (output.kind !== 'transmit') continue;
    const { socket, to } = output;
    if (refusal !== undefined) attempt.handleSendFailure(now, { socket, to, code: refusal });
    const answer = errorCode === undefined ? null : errorTo(output, errorCode);
    if (answer) attempt.handleDatagram(now, { socket: PUNCH_SOCKET, from: to, bytes: answer });
  }
}

function errorTo({ bytes }: Transmit, code: ErrorCode): Uint8Array | null {
  const decoded = decode(bytes);
  const key = shortTermKey(iceCredentials(KEY, 'controlled').pwd);
  return decoded.ok ? encodeError({ transactionId: decoded.message.transactionId, code, key }) : null;
}
