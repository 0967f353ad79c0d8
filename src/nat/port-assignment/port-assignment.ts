/**
 * The port assignment test (RFC 4787 §4.2): which public ports new mappings get. Twelve fresh sockets ask the primary in turn; behind a
 * destination-dependent mapping they then ask the server's other address, since there a peer needs to know which port the
 * next destination of a socket gets. Each packet that makes a mapping leaves a little after the one before it.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../../endpoint.ts';
import type { Finding } from '../behavior.ts';
import { type DetectSocket, PORT_ASSIGNMENT_SOCKETS, type PortAssignmentSample } from '../evidence.ts';
import { areTurnsOver, askInTurn, createTurns, type Turns } from '../probes/ask.ts';
import type { Exchange } from '../probes/exchange.ts';
import { createProbe, type Probe } from '../probes/probe.ts';
import type { PortAssignmentReport } from '../report.ts';
import { classifyPorts, type PortPattern, type PortSample, patternOf, undeterminedPorts } from './pattern.ts';

/** With ten of twelve samples a counter is proven by their order alone: one in 1.8 million by chance. */
const ENOUGH_SAMPLES = 10;

type LocalEndpoints = Readonly<Record<DetectSocket, Endpoint>>;

export interface PortAssignmentTest {
  readonly turns: Turns;
  readonly local: LocalEndpoints;
  /** What looks like no NAT is not asked anything before the mapping test says that there is one. */
  readonly looksOpen: boolean;
  readonly other: Endpoint;
  /** The first destination of each socket: the primary. */
  readonly first: readonly Probe[];
  /** The next destination of each socket, where that gets a mapping of its own. */
  next: readonly Probe[] | null;
  finding: PortPattern | null;
}

/** @param options.primary the mapping socket's answered first question, to the server's primary endpoint. */
export function createPortAssignmentTest(options: {
  readonly exchange: Exchange;
  readonly local: LocalEndpoints;
  readonly primary: Probe;
  readonly other: Endpoint;
}): PortAssignmentTest {
  const { exchange, local, primary, other } = options;
  const { question, answer } = primary;
  return {
    turns: createTurns(exchange, ENOUGH_SAMPLES),
    local,
    looksOpen: answer !== null && sameEndpoint(answer.mapped, local.mapping),
    other,
    first: PORT_ASSIGNMENT_SOCKETS.map((socket) => createProbe({ test: 'allocation.first', socket, to: question.to })),
    next: null,
    finding: null,
  };
}

export function portAssignmentProbes({ first, next }: PortAssignmentTest): readonly Probe[] {
  return [...first, ...(next ?? [])];
}

/**
 * Does what is due.
 * @param mapping what the mapping test has found, once it has.
 * @returns when to call again if nothing comes; Infinity once there is a finding.
 */
export function stepPortAssignment(now: number, test: PortAssignmentTest, mapping: Finding | null): number {
  test.finding ??= conclude(now, test, mapping);
  if (test.finding || (test.looksOpen && !mapping)) return Number.POSITIVE_INFINITY;
  return askInTurn(now, test.turns, test.next ?? test.first);
}

function conclude(now: number, test: PortAssignmentTest, mapping: Finding | null): PortPattern | null {
  const { turns, first, local } = test;
  if (mapping?.behavior === 'none') return patternOf('none');
  if (mapping?.behavior === 'undetermined') return undeterminedPorts(mapping.reason);
  if (!mapping || !areTurnsOver(now, turns, first)) return null;
  if (mapping.behavior === 'endpoint-independent') return classifyPorts(portSamples(first, local));
  test.next ??= nextProbes(test);
  if (test.next.length > 0 && !areTurnsOver(now, turns, test.next)) return null;
  return classifyPorts(portSamples(test.next, local), portSamples(first, local));
}

/** The next destination of each socket whose first mapping is known: at another address, as a peer would be. */
function nextProbes({ first, other }: PortAssignmentTest): readonly Probe[] {
  return first
    .filter(({ answer }) => answer)
    .map(({ question: { socket } }) => createProbe({ test: 'allocation.next', socket, to: other }));
}

/**
 * The first question of a socket that a restart amid the questions has hit, if there was one: its next mapping was made
 * after the restart, as its first, and so has the port that a NAT keeps for the first destination. Without such a socket it
 * is the first of all; null before every next question has left.
 */
export function restartWitness({ first, next, local }: PortAssignmentTest): Probe | null {
  if (!next?.every(({ sends }) => sends.length > 0)) return null;
  const kept = next.find(({ question: { socket }, answer }) => answer?.mapped.port === internalPort(local, socket));
  const answered = first.filter(({ answer }) => answer);
  return answered.find(({ question }) => question.socket === kept?.question.socket) ?? answered[0] ?? null;
}

/** The pattern with the samples that tell it, as the report has them. */
export function portAssignmentOf(
  pattern: PortPattern,
  evidence: { readonly probes: readonly Probe[]; readonly startedAt: number; readonly local: LocalEndpoints },
): PortAssignmentReport {
  const { probes, startedAt, local } = evidence;
  const samples = probes.flatMap(({ question, answer, sends: [firstSend] }): readonly PortAssignmentSample[] => {
    if (!answer || !firstSend) return [];
    const { address, port } = answer.mapped;
    const { socket, to } = question;
    const atMs = Math.round((firstSend.at - startedAt) * 100) / 100;
    return [{ socket, internalPort: internalPort(local, socket), to: formatEndpoint(to), address, port, atMs }];
  });
  return { ...pattern, samples };
}

function portSamples(probes: readonly Probe[], local: LocalEndpoints): readonly PortSample[] {
  return probes.flatMap(({ question: { socket }, answer, sends: [firstSend] }) => {
    if (!answer) return [];
    const isPrompt = firstSend?.answeredAt !== null;
    return [{ socket, internalPort: internalPort(local, socket), ...answer.mapped, isPrompt }];
  });
}

function internalPort(local: Readonly<Record<string, Endpoint>>, socket: string): number {
  return local[socket]?.port ?? 0;
}
