/**
 * Whether the router has restarted while evidence was gathered: it has forgotten its mappings then, and answers from before
 * and after tell of two different ones. So the mapping socket asks again, right behind the last question whose answer
 * is evidence. A mapping is made by the packet that goes out, so what restarts later has not touched the evidence.
 */
import type { Endpoint } from '../../endpoint.ts';
import { type PortAssignmentTest, portAssignmentProbes, restartWitness } from '../port-assignment/port-assignment.ts';
import { TURN_MS } from '../probes/ask.ts';
import { sendProbe } from '../probes/exchange.ts';
import { ASK_LIMIT, type Pace } from '../probes/pace.ts';
import type { Probe } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';
import { isChosenEndpoint } from './contact.ts';
import type { MappingTest } from './mapping.ts';
import type { State } from './state.ts';

/** The verdict waits for it, so that one lost packet is not to cost a round trip. */
const PROMPT_REPEATS = 2;

interface Recheck {
  /** When the last question left whose answer is evidence, or may become it. */
  readonly since: number;
  /** What is asked again after that; each was answered before. */
  readonly again: readonly Probe[];
}

/** Does what is due. @returns when to call again if nothing comes; Infinity when nothing is left to do. */
export function stepRecheck(now: number, state: State): number {
  const recheck = recheckOf(state);
  if (!recheck) return Number.POSITIVE_INFINITY;
  const { exchange } = state;
  const { since, again } = recheck;
  for (const probe of again) {
    const isLeft = repeatsOf(probe, since).length < ASK_LIMIT;
    if (isLeft && dueAt(probe, since, exchange.pace) <= now) sendProbe(now, exchange, probe);
  }
  const due = again.map((probe) => dueAt(probe, since, exchange.pace)).filter((at) => at > now);
  return Math.min(Number.POSITIVE_INFINITY, ...due);
}

/** What speaks against the evidence: a reason, or null when nothing does; undefined while that is to be found out. */
export function doubtOf(now: number, state: State): Reason | null | undefined {
  if (isContradicted(state)) return 'router-restarted';
  const recheck = recheckOf(state);
  if (!recheck) return null;
  const { since, again } = recheck;
  const open = again.filter((probe) => !isConfirmed(probe, since));
  if (open.length === 0) return null;
  if (now >= state.deadline) return 'deadline';
  const isGivenUp = (probe: Probe): boolean =>
    repeatsOf(probe, since).length >= ASK_LIMIT && dueAt(probe, since, state.exchange.pace) <= now;
  return open.every(isGivenUp) ? 'too-much-loss' : undefined;
}

/** What the filtering socket sees once its finding is there is evidence of nothing but early packets (early.ts). */
function isContradicted(state: State): boolean {
  const { contradicted } = state.exchange;
  const ofEarly = state.early ? contradicted.slice(state.early.contradictedBefore) : [];
  return contradicted.some(
    (one) => isOfServer(state, one.to) && !(one.socket === 'filtering' && ofEarly.includes(one)),
  );
}

/** Whether what that endpoint sees is evidence: other servers of the race may be wrong without harm. */
function isOfServer({ outcome, contact }: State, to: Endpoint): boolean {
  if (outcome?.kind === 'one-address') return isChosenEndpoint(contact, to);
  if (outcome?.kind !== 'behavior-server') return false;
  const { address, port } = to;
  const endpoints = [outcome.chosen.probe.question.to, outcome.other];
  return endpoints.some((one) => one.address === address) && endpoints.some((one) => one.port === port);
}

/** What is to be asked again; null where there is nothing that a restart could spoil. */
function recheckOf({ outcome, mapping, portAssignment }: State): Recheck | null {
  if (!mapping || (mapping.probes.length === 0 && outcome?.kind === 'one-address')) return null;
  const assigned = portAssignment ? portAssignmentProbes(portAssignment) : [];
  return {
    since: lastQuestionAt([mapping.primary, ...mapping.probes, ...assigned]),
    again: againOf(mapping, portAssignment),
  };
}

/**
 * The primary, and more where the mapping depends on the destination: a NAT may keep the port of a socket for whichever
 * destination comes first. Asked first after a restart, the primary sees the same port again, while the others do not. And
 * a socket whose next mapping was made after a restart has kept its port for that one, and so has lost it for the primary;
 * such a socket is asked once every next question has left.
 */
function againOf(
  { primary, probes, finding }: MappingTest,
  portAssignment: PortAssignmentTest | null,
): readonly Probe[] {
  if (!finding || finding.behavior === 'none' || finding.behavior === 'endpoint-independent') return [primary];
  const witness = portAssignment && restartWitness(portAssignment);
  return [primary, ...probes, ...(witness ? [witness] : [])].filter(({ answer }) => answer);
}

function lastQuestionAt(samples: readonly Probe[]): number {
  const times = samples.map(({ answer, sends }) => answer?.sentAt ?? sends.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
  return Math.max(...times);
}

function repeatsOf({ sends }: Probe, since: number): Probe['sends'] {
  return sends.filter(({ at }) => at > since);
}

function isConfirmed(probe: Probe, since: number): boolean {
  return repeatsOf(probe, since).some(({ answeredAt }) => answeredAt !== null);
}

/** When it is to be asked again, or has been asked often enough in vain; Infinity once it is answered. */
function dueAt(probe: Probe, since: number, pace: Pace): number {
  if (isConfirmed(probe, since)) return Number.POSITIVE_INFINITY;
  const repeats = repeatsOf(probe, since);
  const lastAt = repeats.at(-1)?.at ?? since;
  if (repeats.length < PROMPT_REPEATS) return lastAt + TURN_MS;
  return lastAt + (repeats.length < ASK_LIMIT ? pace.gapMs(repeats.length) : pace.patienceMs());
}
