/**
 * Whether strangers reach one socket of this host, as a sans-IO session: for a server that is to be reached on its port. STUN
 * servers of others say where they see the socket, and one with two addresses answers from where the socket has never sent
 * to. What is let in then, and what silence says, is the filtering test (../discovery/filtering.ts) with its control. A server
 * with one address is asked at its other port by another socket to answer this one (RESPONSE-PORT, RFC 5780 §7.5): that is
 * the test of an idle mapping (idle-test.ts), whose way has never been open here.
 */
import { DEFAULT_ALT_PORT, type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { type Finding, undetermined } from '../behavior.ts';
import { changedSource, isUsableAlternate, otherPortOf } from '../discovery/alternate.ts';
import { createFilteringTest, type FilteringTest, stepFiltering } from '../discovery/filtering.ts';
import { askTogether } from '../probes/ask.ts';
import { createExchange, judgeHeld } from '../probes/exchange.ts';
import { createProbe, isSettled, type Probe } from '../probes/probe.ts';
import { createIdleTest, type IdleTest, idleFinding, stepIdleTest } from './idle-test.ts';
import { type Asking, sessionOf } from './session.ts';

/** The tested socket goes by the name `filtering`. The others are fresh ones at the same address. */
export const OWN_PORT_SOCKETS = ['filtering', 'control', 'tester'] as const;

export interface OwnPortOptions {
  /** STUN servers of others. They are all asked, and the first with two addresses answers from elsewhere. */
  readonly servers: readonly Endpoint[];
  /** Another port at which one with one address may answer; default: that of natcheck. */
  readonly altPort?: number;
  /** After this time what is not known is undetermined. */
  readonly timeoutMs: number;
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface OwnPort {
  /** Where each server that has answered sees the socket, in the order of the servers. */
  readonly seen: readonly { readonly by: Endpoint; readonly at: Endpoint }[];
  /** What is let in to it: all that comes, or only answers. */
  readonly filtering: Finding;
  /** From where answers came in that the socket had not sent to. */
  readonly heardFrom: readonly Endpoint[];
}

interface State extends Asking<OwnPort> {
  readonly deadline: number;
  /** A plain question to each server. */
  readonly asked: readonly Probe[];
  readonly altPort: number;
  filtering: FilteringTest | null;
  /** Null until a server with one address has answered, which may have another port. */
  otherPort: IdleTest | null;
}

export function createOwnPortTest(options: OwnPortOptions): Session<OwnPort> {
  const { servers, altPort = DEFAULT_ALT_PORT, timeoutMs, now: startedAt, randomBytes } = options;
  const exchange = createExchange(randomBytes);
  const asked = servers.map((to) => createProbe({ test: 'own-port.seen', socket: 'filtering', to }));
  const deadline = startedAt + timeoutMs;
  const state: State = {
    ...{ exchange, deadline, asked, altPort, filtering: null, otherPort: null },
    ...{ wakeAt: startedAt, result: null },
  };
  return sessionOf(state, { advance });
}

function advance(now: number, state: State): void {
  const { exchange, asked, deadline } = state;
  if (state.result) return;
  const askAt = askTogether(now, exchange, asked);
  state.filtering ??= begin(state);
  const filterAt = state.filtering ? stepFiltering(now, state.filtering) : Number.POSITIVE_INFINITY;
  if (!state.filtering) state.otherPort ??= beginAtOtherPort(state);
  const otherAt = state.otherPort && !state.filtering ? stepIdleTest(now, state.otherPort) : Number.POSITIVE_INFINITY;
  state.wakeAt = Math.min(deadline, askAt, filterAt, otherAt);
  const finding = state.filtering ? filteringFinding(now, state) : otherFinding(now, state);
  if (finding) state.result = conclude(state, finding);
}

/** Begins the filtering test with the first server that can answer from where nothing has been sent to. */
function begin({ exchange, asked }: State): FilteringTest | null {
  const isAsked = (endpoint: Endpoint): boolean => asked.some(({ question }) => sameEndpoint(question.to, endpoint));
  for (const { question, answer } of asked) {
    const { to } = question;
    const other = answer?.other;
    if (!other || !isUsableAlternate(to, other)) continue;
    if (isAsked(other) || isAsked(changedSource(to, other, 'port'))) continue;
    const test = createFilteringTest(exchange, to);
    test.server.other = other;
    judgeHeld(exchange);
    return test;
  }
  return null;
}

/** Begins to have the first server with one address answer from another port, at which nothing has been sent to it. */
function beginAtOtherPort({ exchange, asked, altPort }: State): IdleTest | null {
  for (const { question, answer } of asked) {
    const port = answer && otherPortOf(question.to, { named: answer.other, altPort });
    if (!answer || port === null) continue;
    const server = { address: question.to.address, port };
    if (asked.some((one) => sameEndpoint(one.question.to, server))) continue;
    const idle = { socket: 'filtering', mapped: answer.mapped };
    return createIdleTest({ exchange, server, tester: 'tester', control: 'control', idle });
  }
  return null;
}

function filteringFinding(now: number, { filtering, deadline }: State): Finding | null {
  return filtering?.finding ?? (now >= deadline ? undetermined('deadline') : null);
}

/** Without a server of two addresses; null while one may still answer, or the other port of one with one address. */
function otherFinding(now: number, { exchange, asked, otherPort, deadline }: State): Finding | null {
  const isOver = now >= deadline;
  if (!isOver && !asked.every((probe) => isSettled(now, probe, exchange.pace))) return null;
  if (!asked.some(({ answer }) => answer)) return undetermined('no-answer');
  // Without an answer to its own socket that port is none, and one that has no such test on offer is as good as that.
  const isThere = otherPort?.refreshed.some(({ answer }) => answer) === true;
  const found = otherPort && idleFinding(now, otherPort);
  if (!isOver && otherPort && !found) return null;
  return isThere && found === 'dead'
    ? { behavior: 'address-and-port-dependent', reason: null }
    : undetermined('server-has-one-address');
}

function conclude({ asked, filtering, otherPort }: State, finding: Finding): OwnPort {
  const unasked = filtering
    ? [filtering.changed.port, filtering.changed['ip-and-port']]
    : otherPort
      ? [otherPort.asked]
      : [];
  return {
    seen: asked.flatMap(({ question, answer }) => (answer ? [{ by: question.to, at: answer.mapped }] : [])),
    filtering: finding,
    heardFrom: unasked.flatMap(({ answer }) => (answer ? [answer.from] : [])),
  };
}
