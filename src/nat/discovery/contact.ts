/**
 * First contact: every candidate server is asked at once from the mapping socket, the first with a usable alternate wins,
 * dead ones cost nothing. Servers with one address are kept as samples of the mapping. If none answers, TCP tells a
 * blocked UDP from dead servers.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { ServerIdentity } from '../evidence.ts';
import { askTogether } from '../probes/ask.ts';
import type { Exchange } from '../probes/exchange.ts';
import { createProbe, givenUpAt, isSettled, type Probe } from '../probes/probe.ts';
import { isUsableAlternate } from './alternate.ts';
import { checkTcp, createTcpCheck, isTcpChecked, type TcpCheck } from './tcp-check.ts';

/** TCP is tried as well after so long without any answer. */
const TCP_CHECK_AFTER_MS = 700;
/** How long after the last UDP question a TCP connection may still take. */
const TCP_GRACE_MS = 1000;
/** How long after the answer of a one-address server a better one may still come, when the round trip is short. */
const BETTER_SERVER_GRACE_MS = 300;

export interface ServerCandidate {
  readonly identity: ServerIdentity;
  readonly probe: Probe;
}

export type ContactOutcome =
  | { readonly kind: 'behavior-server'; readonly chosen: ServerCandidate; readonly other: Endpoint }
  | { readonly kind: 'one-address'; readonly answered: readonly ServerCandidate[] }
  /** With the server that accepts TCP connections all the same, if one does. */
  | { readonly kind: 'unreachable'; readonly tcpServer: ServerIdentity | null };

export interface Contact {
  readonly exchange: Exchange;
  readonly httpPort: number;
  readonly startedAt: number;
  readonly candidates: ServerCandidate[];
  readonly tcp: TcpCheck;
  /** No more candidates will be added. */
  isComplete: boolean;
  firstAnswerAt: number | null;
}

export function createContact(options: Pick<Contact, 'exchange' | 'httpPort' | 'startedAt'>): Contact {
  return { ...options, candidates: [], tcp: createTcpCheck(), isComplete: false, firstAnswerAt: null };
}

/** Adds a server to the race, unless it is in it. */
export function addCandidate({ candidates }: Contact, identity: ServerIdentity): void {
  const to = { address: identity.address, port: identity.port };
  if (candidates.some(({ probe }) => sameEndpoint(probe.question.to, to))) return;
  candidates.push({ identity, probe: createProbe({ test: 'mapping.primary', socket: 'mapping', to }) });
}

export function contactProbes({ candidates }: Contact): readonly Probe[] {
  return candidates.map(({ probe }) => probe);
}

/** Does what is due. @returns when to call again if nothing comes. */
export function stepContact(now: number, contact: Contact): number {
  const next = askTogether(now, contact.exchange, contactProbes(contact));
  if (answeredOf(contact).length > 0) {
    contact.firstAnswerAt ??= now;
    const graceAt = graceEndsAt(contact);
    return Math.min(next, graceAt > now ? graceAt : Number.POSITIVE_INFINITY);
  }
  const tcpAt = contact.startedAt + TCP_CHECK_AFTER_MS;
  if (now >= tcpAt)
    checkTcp(
      contact.tcp,
      contact.candidates.map(({ identity }) => identity),
      contact.httpPort,
    );
  const waits = [next, tcpAt, silentSince(contact) + TCP_GRACE_MS].filter((at) => at > now);
  return Math.min(Number.POSITIVE_INFINITY, ...waits);
}

/** How the race has ended, or null while it goes on. */
export function contactOutcome(now: number, contact: Contact): ContactOutcome | null {
  const winner = winnerOf(contact);
  if (winner) return winner;
  const { candidates, exchange, isComplete, tcp } = contact;
  const isOver = isComplete && candidates.every(({ probe }) => isSettled(now, probe, exchange.pace));
  const answered = answeredOf(contact);
  if (answered.length > 0) {
    return isOver || now >= graceEndsAt(contact) ? { kind: 'one-address', answered } : null;
  }
  if (!isOver) return null;
  const tcpServer = candidates.find(({ identity }) => identity.address === tcp.acceptedAt)?.identity ?? null;
  const refused = candidates.every(({ probe }) => probe.sendFailure !== null);
  const isTold = refused || tcpServer !== null || isTcpChecked(tcp) || now >= silentSince(contact) + TCP_GRACE_MS;
  return isTold ? { kind: 'unreachable', tcpServer } : null;
}

function winnerOf({ candidates }: Contact): ContactOutcome | null {
  for (const chosen of candidates) {
    const { answer, question } = chosen.probe;
    if (answer?.other && isUsableAlternate(question.to, answer.other)) {
      return { kind: 'behavior-server', chosen, other: answer.other };
    }
  }
  return null;
}

function answeredOf({ candidates }: Contact): readonly ServerCandidate[] {
  return candidates.filter(({ probe }) => probe.answer);
}

/** Until when a better server than one of one address is waited for. */
function graceEndsAt({ firstAnswerAt, exchange }: Contact): number {
  if (firstAnswerAt === null) return Number.POSITIVE_INFINITY;
  return firstAnswerAt + BETTER_SERVER_GRACE_MS + exchange.pace.patienceMs();
}

/** When the last of the servers is given up, if none has answered. */
function silentSince({ startedAt, candidates, exchange }: Contact): number {
  return Math.max(startedAt, ...candidates.map(({ probe }) => givenUpAt(probe, exchange.pace)));
}
