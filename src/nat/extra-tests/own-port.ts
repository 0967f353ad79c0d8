/**
 * Whether strangers reach one socket of this host, as a sans-IO session: for a server that is to be reached on its port. STUN
 * servers of others say where they see the socket, and one with two addresses answers from where the socket has never sent
 * to. What is let in then, and what silence says, is the filtering test (../discovery/filtering.ts) with its control.
 */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { type Finding, undetermined } from '../behavior.ts';
import { changedSource, isUsableAlternate } from '../discovery/alternate.ts';
import { createFilteringTest, type FilteringTest, stepFiltering } from '../discovery/filtering.ts';
import { askTogether } from '../probes/ask.ts';
import { createExchange, type Exchange, judgeHeld, receiveReply, recordSendFailure } from '../probes/exchange.ts';
import { createProbe, isSettled, type Probe } from '../probes/probe.ts';

/** The tested socket goes by the name `filtering`. The control is a fresh one at the same address. */
export const OWN_PORT_SOCKETS = ['filtering', 'control'] as const;

export interface OwnPortOptions {
  /** STUN servers of others. They are all asked, and the first with two addresses answers from elsewhere. */
  readonly servers: readonly Endpoint[];
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

interface State {
  readonly exchange: Exchange;
  readonly deadline: number;
  /** A plain question to each server. */
  readonly asked: readonly Probe[];
  filtering: FilteringTest | null;
  wakeAt: number;
  result: OwnPort | null;
}

export function createOwnPortTest(options: OwnPortOptions): Session<OwnPort> {
  const { servers, timeoutMs, now: startedAt, randomBytes } = options;
  const exchange = createExchange(randomBytes);
  const asked = servers.map((to) => createProbe({ test: 'own-port.seen', socket: 'filtering', to }));
  const deadline = startedAt + timeoutMs;
  const state: State = { exchange, deadline, asked, filtering: null, wakeAt: startedAt, result: null };
  return {
    handleDatagram: (now, arrival) => {
      receiveReply(now, exchange, arrival);
      advance(now, state);
    },
    handleSendFailure: (now, failure) => {
      recordSendFailure(exchange, failure);
      advance(now, state);
    },
    handleTimeout: (now) => advance(now, state),
    poll: (now) => {
      if (state.wakeAt <= now) advance(now, state);
      if (state.result) return { kind: 'done', result: state.result };
      return exchange.queue.shift() ?? { kind: 'wait', until: state.wakeAt };
    },
  };
}

function advance(now: number, state: State): void {
  const { exchange, asked, deadline } = state;
  if (state.result) return;
  const askAt = askTogether(now, exchange, asked);
  state.filtering ??= begin(state);
  const filterAt = state.filtering ? stepFiltering(now, state.filtering) : Number.POSITIVE_INFINITY;
  state.wakeAt = Math.min(deadline, askAt, filterAt);
  const finding = state.filtering?.finding ?? obstacle(now, state);
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

/** Why there will be no finding; null while there may be one. */
function obstacle(now: number, { exchange, asked, filtering, deadline }: State): Finding | null {
  const hasAnswer = asked.some(({ answer }) => answer);
  if (!filtering && asked.every((probe) => isSettled(now, probe, exchange.pace))) {
    return undetermined(hasAnswer ? 'server-has-one-address' : 'no-answer');
  }
  if (now < deadline) return null;
  if (filtering) return undetermined('deadline');
  return undetermined(hasAnswer ? 'server-has-one-address' : 'no-answer');
}

function conclude({ asked, filtering }: State, finding: Finding): OwnPort {
  const changed = filtering ? [filtering.changed.port, filtering.changed['ip-and-port']] : [];
  return {
    seen: asked.flatMap(({ question, answer }) => (answer ? [{ by: question.to, at: answer.mapped }] : [])),
    filtering: finding,
    heardFrom: changed.flatMap(({ answer }) => (answer ? [answer.from] : [])),
  };
}
