/**
 * First contact: every candidate server is asked at once from the mapping socket, the first with a usable alternate wins,
 * dead ones cost nothing. Servers with one address are kept as samples of the mapping. If none answers, TCP tells a
 * blocked UDP from dead servers.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../../endpoint.ts';
import type { ConnectOutcome } from '../../session.ts';
import type { ServerIdentity } from '../evidence.ts';
import { createProbe, givenUpAt, type Probe } from '../probes/probe.ts';
import { pursue, type Wire } from '../probes/pursue.ts';
import { isUsableAlternate } from './alternate.ts';

/** After so long without any answer TCP is asked as well. */
const TCP_CHECK_AFTER_MS = 700;
/** How long after the last UDP question a TCP connection may still take. */
const TCP_GRACE_MS = 1000;
/** How long after the answer of a one-address server a better one may still come, when the round trip is short. */
const BETTER_SERVER_GRACE_MS = 300;

export interface Candidate {
  readonly identity: ServerIdentity;
  readonly probe: Probe;
}

export type ContactOutcome =
  | { readonly kind: 'behavior-server'; readonly chosen: Candidate; readonly other: Endpoint }
  | { readonly kind: 'one-address'; readonly answered: readonly Candidate[] }
  | { readonly kind: 'unreachable'; readonly tcpAccepted: boolean };

export interface Contact {
  readonly add: (identity: ServerIdentity) => void;
  /** No more candidates will be added. */
  readonly close: () => void;
  readonly probes: () => readonly Probe[];
  readonly candidates: () => readonly Candidate[];
  readonly step: (now: number) => number;
  readonly outcome: (now: number) => ContactOutcome | null;
  readonly handleConnect: (result: ConnectOutcome) => void;
  /** The next TCP endpoint to try. */
  readonly dequeueConnect: () => Endpoint | undefined;
}

export interface ContactOptions extends Wire {
  readonly httpPort: number;
  readonly startedAt: number;
}

export function createContact({ exchange, pace, httpPort, startedAt }: ContactOptions): Contact {
  const candidates: Candidate[] = [];
  const connects: Endpoint[] = [];
  const connecting = new Map<string, 'pending' | ConnectOutcome['outcome']>();
  let closed = false;
  let firstAnswerAt: number | null = null;

  const answered = (): readonly Candidate[] => candidates.filter(({ probe }) => probe.answer);
  const settled = (now: number): boolean =>
    closed && candidates.every(({ probe }) => probe.answer || givenUpAt(probe, pace) <= now);
  const graceEndsAt = (): number =>
    firstAnswerAt === null ? Number.POSITIVE_INFINITY : firstAnswerAt + BETTER_SERVER_GRACE_MS + pace.patienceMs();
  /** A natcheck server has HTTP; others may serve STUN over TCP on the same port (RFC 8489 §6.2.2). */
  const checkTcp = (): void => {
    for (const { address, port } of candidates.map(({ identity }) => identity)) {
      for (const to of [
        { address, port: httpPort },
        { address, port },
      ]) {
        if (connecting.has(formatEndpoint(to))) continue;
        connecting.set(formatEndpoint(to), 'pending');
        connects.push(to);
      }
    }
  };
  /** When the last of the servers is given up, if none has answered. */
  const silentSince = (): number => Math.max(startedAt, ...candidates.map(({ probe }) => givenUpAt(probe, pace)));

  return {
    add: (identity) => {
      const to = { address: identity.address, port: identity.port };
      if (candidates.some(({ probe }) => sameEndpoint(probe.question.to, to))) return;
      const question = {
        test: 'mapping.primary',
        socket: 'mapping',
        to,
        change: 'none',
        expectedFrom: () => to,
      } as const;
      candidates.push({ identity, probe: createProbe(question) });
    },
    close: () => {
      closed = true;
    },
    probes: () => candidates.map(({ probe }) => probe),
    candidates: () => candidates,
    dequeueConnect: () => connects.shift(),
    handleConnect: ({ to, outcome }) => void connecting.set(formatEndpoint(to), outcome),
    step: (now) => {
      const probes = candidates.map(({ probe }) => probe);
      const next = pursue(now, probes, { exchange, pace });
      if (answered().length > 0) {
        firstAnswerAt ??= now;
        return Math.min(next, graceEndsAt() > now ? graceEndsAt() : Number.POSITIVE_INFINITY);
      }
      const tcpAt = startedAt + TCP_CHECK_AFTER_MS;
      if (now >= tcpAt) checkTcp();
      const waits = [next, tcpAt, silentSince() + TCP_GRACE_MS].filter((at) => at > now);
      return Math.min(Number.POSITIVE_INFINITY, ...waits);
    },
    outcome: (now) => {
      for (const chosen of candidates) {
        const { answer, question } = chosen.probe;
        if (answer?.other && isUsableAlternate(question.to, answer.other)) {
          return { kind: 'behavior-server', chosen, other: answer.other };
        }
      }
      if (answered().length > 0) {
        return settled(now) || now >= graceEndsAt() ? { kind: 'one-address', answered: answered() } : null;
      }
      if (!settled(now)) return null;
      const outcomes = [...connecting.values()];
      const refused = candidates.every(({ probe }) => probe.sendFailure !== null);
      const told =
        refused || (outcomes.length > 0 && !outcomes.includes('pending')) || now >= silentSince() + TCP_GRACE_MS;
      return told || outcomes.includes('accepted')
        ? { kind: 'unreachable', tcpAccepted: outcomes.includes('accepted') }
        : null;
    },
  };
}
