/**
 * First contact: every candidate server is asked at once from the mapping socket, the first with a usable alternate wins,
 * dead ones cost nothing. Servers with one address are samples of the mapping (several-servers.ts), by both of their ports
 * where they have two. If none answers, TCP tells a blocked UDP from dead servers.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { ServerIdentity } from '../evidence.ts';
import { askTogether } from '../probes/ask.ts';
import type { Exchange } from '../probes/exchange.ts';
import { createProbe, givenUpAt, isSettled, type Probe } from '../probes/probe.ts';
import { isUsableAlternate, otherPortOf } from './alternate.ts';
import { checkTcp, createTcpCheck, isTcpChecked, type TcpCheck } from './tcp-check.ts';

/** TCP is tried as well after so long without any answer. */
const TCP_CHECK_AFTER_MS = 700;
/** How long after the last UDP question a TCP connection may still take. */
const TCP_GRACE_MS = 1000;
/** How long after the answer of a one-address server a better one may still come, when the round trip is short. */
const BETTER_SERVER_GRACE_MS = 300;

/** Who has named a server: whoever runs the detection, or somebody else, such as a rendezvous, whose word may be false. */
export type ServerSource = 'chosen' | 'told';

export interface ServerCandidate {
  readonly identity: ServerIdentity;
  readonly source: ServerSource;
  readonly probe: Probe;
  /** The same question to another port of a server with one address, once it has answered. */
  otherPort: Probe | null;
}

export type ContactOutcome =
  | { readonly kind: 'behavior-server'; readonly chosen: ServerCandidate; readonly other: Endpoint }
  /** The first is one that was chosen, if any of these has answered. */
  | { readonly kind: 'one-address'; readonly answered: readonly [ServerCandidate, ...ServerCandidate[]] }
  /** With the server that accepts TCP connections all the same, if one does. */
  | { readonly kind: 'unreachable'; readonly tcpServer: ServerIdentity | null };

export interface Contact {
  readonly exchange: Exchange;
  readonly httpPort: number;
  readonly startedAt: number;
  /** Where a server with one address may answer too, or null. */
  altPort: number | null;
  readonly candidates: ServerCandidate[];
  readonly tcp: TcpCheck;
  /** No more candidates will be added. */
  isComplete: boolean;
  firstAnswerAt: number | null;
}

export function createContact(options: Pick<Contact, 'exchange' | 'httpPort' | 'startedAt' | 'altPort'>): Contact {
  return { ...options, candidates: [], tcp: createTcpCheck(), isComplete: false, firstAnswerAt: null };
}

/** Whether there is one server only, which has answered and has one address. */
export function isOneAddressServer({ candidates: [only, second], isComplete }: Contact): boolean {
  return isComplete && only !== undefined && !second && only.probe.answer !== null && !isWinner(only);
}

/** Adds a server to the race, unless it is in it. */
export function addCandidate(
  { candidates }: Contact,
  { identity, source }: Pick<ServerCandidate, 'identity' | 'source'>,
): void {
  const to = { address: identity.address, port: identity.port };
  if (candidates.some(({ probe }) => sameEndpoint(probe.question.to, to))) return;
  const probe = createProbe({ test: 'mapping.primary', socket: 'mapping', to });
  candidates.push({ identity, source, probe, otherPort: null });
}

/** Takes the port at which servers with one address may answer too, in place of one at which nothing has. */
export function setAltPort(contact: Contact, altPort: number): void {
  contact.altPort = altPort;
  for (const candidate of contact.candidates) {
    if (candidate.otherPort && !candidate.otherPort.answer) candidate.otherPort = null;
  }
}

/** Whether a server that was chosen was asked there. */
export function isChosenEndpoint({ candidates }: Contact, to: Endpoint): boolean {
  return candidates.some(
    ({ source, probe, otherPort }) =>
      source === 'chosen' && [probe, otherPort].some((one) => one && sameEndpoint(one.question.to, to)),
  );
}

/** The first question to each server. */
export function firstContacts({ candidates }: Contact): readonly Probe[] {
  return candidates.map(({ probe }) => probe);
}

export function contactProbes({ candidates }: Contact): readonly Probe[] {
  return candidates.flatMap(({ probe, otherPort }) => (otherPort ? [probe, otherPort] : [probe]));
}

/** Does what is due. @returns when to call again if nothing comes. */
export function stepContact(now: number, contact: Contact): number {
  findOtherPorts(contact);
  const next = askTogether(now, contact.exchange, contactProbes(contact));
  if (hasChosenAnswered(contact)) {
    contact.firstAnswerAt ??= now;
    const graceAt = graceEndsAt(contact);
    return Math.min(next, graceAt > now ? graceAt : Number.POSITIVE_INFINITY);
  }
  const tcpAt = contact.startedAt + TCP_CHECK_AFTER_MS;
  const chosen = contact.candidates.filter(({ source }) => source === 'chosen');
  if (now >= tcpAt)
    checkTcp(
      contact.tcp,
      chosen.map(({ identity }) => identity),
      contact.httpPort,
    );
  const waits = [next, tcpAt, silentSince(contact) + TCP_GRACE_MS].filter((at) => at > now);
  return Math.min(Number.POSITIVE_INFINITY, ...waits);
}

/** Sets the question to another port of each chosen server that has answered and has one address, if it may have such a port. */
function findOtherPorts({ candidates, altPort }: Contact): void {
  for (const candidate of candidates) {
    const { source, probe, otherPort } = candidate;
    if (source === 'told' || otherPort || !probe.answer || isWinner(candidate)) continue;
    const { to } = probe.question;
    const port = otherPortOf(to, { named: probe.answer.other, altPort });
    if (port === null || candidates.some((one) => sameEndpoint(one.probe.question.to, { ...to, port }))) continue;
    candidate.otherPort = createProbe({ test: 'mapping.other-port', socket: 'mapping', to: { ...to, port } });
  }
}

/** How the race has ended, or null while it goes on. */
export function contactOutcome(now: number, contact: Contact): ContactOutcome | null {
  const winner = winnerOf(contact);
  if (winner) return winner;
  const { candidates, exchange, isComplete, tcp } = contact;
  const isOver = isComplete && contactProbes(contact).every((probe) => isSettled(now, probe, exchange.pace));
  const [first, ...rest] = answeredOf(contact);
  if (first) {
    return isOver || now >= graceEndsAt(contact) ? { kind: 'one-address', answered: [first, ...rest] } : null;
  }
  if (!isOver) return null;
  const tcpServer = candidates.find(({ identity }) => identity.address === tcp.acceptedAt)?.identity ?? null;
  const refused = candidates.every(({ probe }) => probe.sendFailure !== null);
  const isTold = refused || tcpServer !== null || isTcpChecked(tcp) || now >= silentSince(contact) + TCP_GRACE_MS;
  return isTold ? { kind: 'unreachable', tcpServer } : null;
}

function winnerOf({ candidates }: Contact): ContactOutcome | null {
  const chosen = candidates.find(isWinner);
  const other = chosen?.probe.answer?.other;
  return chosen && other ? { kind: 'behavior-server', chosen, other } : null;
}

/** A server that somebody else has named is never left to tell everything by itself. */
function isWinner({ source, probe: { question, answer } }: ServerCandidate): boolean {
  return source === 'chosen' && answer?.other != null && isUsableAlternate(question.to, answer.other);
}

function hasChosenAnswered({ candidates }: Contact): boolean {
  return candidates.some(({ source, probe }) => source === 'chosen' && probe.answer);
}

/** Those that were chosen first. */
function answeredOf({ candidates }: Contact): readonly ServerCandidate[] {
  const answered = candidates.filter(({ probe }) => probe.answer);
  return [
    ...answered.filter(({ source }) => source === 'chosen'),
    ...answered.filter(({ source }) => source === 'told'),
  ];
}

/** Until when a better server than one of one address is waited for, and an answer from its other port. */
function graceEndsAt({ firstAnswerAt, exchange }: Contact): number {
  if (firstAnswerAt === null) return Number.POSITIVE_INFINITY;
  return firstAnswerAt + BETTER_SERVER_GRACE_MS + exchange.pace.patienceMs();
}

/** When the last of the servers is given up, if none has answered. */
function silentSince({ startedAt, candidates, exchange }: Contact): number {
  return Math.max(startedAt, ...candidates.map(({ probe }) => givenUpAt(probe, exchange.pace)));
}
