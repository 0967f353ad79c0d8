/**
 * The allocation axis: which public ports new mappings get. Twelve fresh sockets ask the primary in turn; behind a
 * destination-dependent mapping they then ask the server's other address, since there a peer needs to know which port the
 * next destination of a socket gets. Each packet that makes a mapping leaves a little after the one before it.
 */
import { type Endpoint, formatEndpoint, sameEndpoint } from '../../endpoint.ts';
import type { Finding } from '../behavior.ts';
import { type DetectSocket, PORT_ASSIGNMENT_SOCKETS, type PortAssignmentSample } from '../evidence.ts';
import { createInTurn } from '../probes/in-turn.ts';
import { createProbe, type Probe } from '../probes/probe.ts';
import type { Wire } from '../probes/pursue.ts';
import type { PortAssignmentReport } from '../report.ts';
import { classifyPorts, type PortPattern, type PortSample, patternOf, undeterminedPorts } from './port-pattern.ts';

/** With ten of twelve samples a counter is proven by their order alone: one in 1.8 million by chance. */
const ENOUGH_SAMPLES = 10;

export interface PortAssignmentOptions extends Wire {
  readonly local: Readonly<Record<DetectSocket, Endpoint>>;
  /** The answered first question of the mapping socket, to the server's primary endpoint. */
  readonly primary: Probe;
  readonly server: Endpoint;
  readonly other: Endpoint;
  /** What the mapping axis has found, once it has. */
  readonly mapping: () => Finding | null;
}

export interface PortAssignmentAxis {
  readonly probes: () => readonly Probe[];
  readonly finding: () => PortPattern | null;
  /** Does what is due; answers when to be called again if nothing comes. */
  readonly step: (now: number) => number;
}

export function createPortAssignmentAxis(options: PortAssignmentOptions): PortAssignmentAxis {
  const { local, primary, server, other, mapping } = options;
  const inTurn = createInTurn({ ...options, enough: ENOUGH_SAMPLES });
  const ask = (test: string, socket: string, to: Endpoint): Probe =>
    createProbe({ test, socket, to, change: 'none', expectedFrom: () => to });
  const first = PORT_ASSIGNMENT_SOCKETS.map((socket) => ask('allocation.first', socket, server));
  // What looks like no NAT is not asked anything before the mapping axis says that there is one.
  const looksOpen = primary.answer !== null && sameEndpoint(primary.answer.mapped, local.mapping);
  let next: readonly Probe[] | null = null;
  let finding: PortPattern | null = null;

  /** The next destination of each socket whose first mapping is known: at another address, as a peer would be. */
  const furtherProbes = (): readonly Probe[] =>
    first.filter(({ answer }) => answer).map(({ question }) => ask('allocation.next', question.socket, other));

  const conclude = (now: number): PortPattern | null => {
    const found = mapping();
    if (found?.behavior === 'none') return patternOf('none');
    if (found?.behavior === 'undetermined') return undeterminedPorts(found.reason);
    if (!found || !inTurn.isSettled(now, first)) return null;
    if (found.behavior === 'endpoint-independent') return classifyPorts(portSamples(first, local));
    next ??= furtherProbes();
    if (next.length > 0 && !inTurn.isSettled(now, next)) return null;
    return classifyPorts(portSamples(next, local), portSamples(first, local));
  };

  const askInTurn = (now: number): number => {
    if (looksOpen && !mapping()) return Number.POSITIVE_INFINITY;
    return inTurn.step(now, next ?? first);
  };

  return {
    probes: () => [...first, ...(next ?? [])],
    finding: () => finding,
    step: (now) => {
      finding ??= conclude(now);
      return finding ? Number.POSITIVE_INFINITY : askInTurn(now);
    },
  };
}

/** What the report says of it. */
export function portAssignmentOf(
  pattern: PortPattern,
  evidence: { readonly probes: readonly Probe[]; readonly startedAt: number } & Pick<PortAssignmentOptions, 'local'>,
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

function internalPort(local: Readonly<Record<string, Endpoint>>, socket: string): number {
  return local[socket]?.port ?? 0;
}

function portSamples(probes: readonly Probe[], local: PortAssignmentOptions['local']): readonly PortSample[] {
  return probes.flatMap(({ question: { socket }, answer, sends: [firstSend] }) =>
    answer
      ? [
          {
            socket,
            internalPort: internalPort(local, socket),
            ...answer.mapped,
            isPrompt: firstSend?.answeredAt !== null,
          },
        ]
      : [],
  );
}
