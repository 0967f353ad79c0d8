/**
 * NAT behaviour discovery (RFC 5780 §4) as a sans-IO session: mapping, filtering and its control, port assignment, all in
 * flight together, each on sockets of its own, every finding with its evidence.
 */
import type { Endpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import type { DetectSocket, ServerIdentity } from '../evidence.ts';
import { createPortAssignmentTest, stepPortAssignment } from '../port-assignment/port-assignment.ts';
import { createExchange, judgeHeld, receiveReply, recordSendFailure } from '../probes/exchange.ts';
import type { DetectReport } from '../report.ts';
import { createUnsolicitedTest, stepUnsolicited } from '../translation/unsolicited.ts';
import { conclude } from './conclude.ts';
import {
  addCandidate,
  type ContactOutcome,
  contactOutcome,
  createContact,
  isOneAddressServer,
  type ServerSource,
  setAltPort,
  stepContact,
} from './contact.ts';
import { createEarlyTest, stepEarly } from './early.ts';
import { createFilteringTest, stepFiltering } from './filtering.ts';
import { createMappingTest, stepMapping } from './mapping.ts';
import { stepRecheck } from './recheck.ts';
import { mappingBySeveral, nextDestination, portsFinding } from './several-servers.ts';
import type { State } from './state.ts';
import { recordConnect } from './tcp-check.ts';

export interface DiscoveryOptions {
  /** Where each socket is bound: the address of the interface itself, never a wildcard. */
  readonly local: Readonly<Record<DetectSocket, Endpoint>>;
  /** More than one is a race: the first with two addresses wins. */
  readonly servers: readonly ServerIdentity[];
  /**
   * Servers that somebody else has named, such as a rendezvous. They are asked as well, and can confirm what the others show;
   * nothing is believed on their word alone.
   */
  readonly toldServers?: readonly ServerIdentity[];
  /** Another UDP port at which servers with one address may answer: two ports tell more than one. Silence there means nothing. */
  readonly altPort?: number | undefined;
  /** Whether `addServer` will bring more until `noMoreServers`. */
  readonly moreServers?: boolean;
  /** Whether servers and ports will be told until `noMoreTold`, for which a server with one address waits for a moment. */
  readonly moreTold?: boolean;
  /** The TCP port that tells a live server behind a UDP block. */
  readonly httpPort: number;
  /** After this time whatever is not known is undetermined. */
  readonly timeoutMs: number;
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface Discovery extends Session<DetectReport> {
  /** Takes effect at the next poll, as does `noMoreServers`. */
  addServer(server: ServerIdentity, source?: ServerSource): void;
  noMoreServers(): void;
  /** Takes what a server tells of its other port. */
  setAltPort(altPort: number): void;
  /** Says that nothing more will be told. */
  noMoreTold(): void;
  /** Ends it at the next poll, unless a server has answered by then. */
  endIfSilent(): void;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const state = initialState(options);
  const { exchange, contact } = state;
  const changeAtNextPoll = (change: () => void): void => {
    change();
    state.wakeAt = Number.NEGATIVE_INFINITY;
  };
  return {
    addServer: (identity, source = 'chosen') => changeAtNextPoll(() => addCandidate(contact, { identity, source })),
    noMoreServers: () =>
      changeAtNextPoll(() => {
        state.awaited.servers = false;
        contact.isComplete = !state.awaited.told;
      }),
    setAltPort: (altPort) => changeAtNextPoll(() => setAltPort(contact, altPort)),
    noMoreTold: () =>
      changeAtNextPoll(() => {
        state.awaited.told = false;
        contact.isComplete = !state.awaited.servers;
      }),
    endIfSilent: () =>
      changeAtNextPoll(() => {
        state.isWaitedFor = false;
      }),
    handleDatagram: (now, arrival) => {
      if (state.report) return;
      receiveReply(now, exchange, arrival);
      advance(now, state);
    },
    handleSendFailure: (now, failure) => {
      recordSendFailure(exchange, failure);
      advance(now, state);
    },
    handleConnect: (now, outcome) => {
      recordConnect(contact.tcp, outcome);
      advance(now, state);
    },
    handleTimeout: (now) => advance(now, state),
    poll: (now) => {
      if (state.wakeAt <= now) advance(now, state);
      if (state.report) return { kind: 'done', result: state.report };
      const transmit = exchange.queue.shift();
      if (transmit) return transmit;
      const to = contact.tcp.queue.shift();
      return to ? { kind: 'connect', socket: 'mapping', to } : { kind: 'wait', until: state.wakeAt };
    },
  };
}

function initialState(options: DiscoveryOptions): State {
  const { local, servers, toldServers = [], altPort = null, moreServers = false, httpPort, randomBytes } = options;
  const { timeoutMs, now: startedAt, moreTold = false } = options;
  const exchange = createExchange(randomBytes);
  const contact = createContact({ exchange, httpPort, startedAt, altPort });
  for (const identity of servers) addCandidate(contact, { identity, source: 'chosen' });
  for (const identity of toldServers) addCandidate(contact, { identity, source: 'told' });
  contact.isComplete = !moreServers && !moreTold;
  return {
    local,
    moreServers,
    awaited: { servers: moreServers, told: moreTold },
    startedAt,
    isWaitedFor: true,
    deadline: startedAt + timeoutMs,
    exchange,
    contact,
    outcome: null,
    filtering: null,
    early: null,
    mapping: null,
    portAssignment: null,
    unsolicited: null,
    wakeAt: startedAt,
    report: null,
  };
}

/** Lets every part do what is due; parts that learn something let the next one act at once. */
function advance(now: number, state: State): void {
  if (state.report) return;
  const contactAt = advanceContact(now, state);
  state.wakeAt = Math.min(state.deadline, contactAt, stepTests(now, state), stepRecheck(now, state));
  state.report = conclude(now, state);
}

/** Asks the servers until one is chosen, or none can be; then begins the tests. */
function advanceContact(now: number, state: State): number {
  const { contact } = state;
  // With one server there is nothing to race: its filtering test starts with the first packet.
  const [only, second] = contact.candidates;
  if (only && !second && !state.moreServers) {
    state.filtering ??= createFilteringTest(state.exchange, only.probe.question.to);
  }
  if (state.outcome) return Number.POSITIVE_INFINITY;
  const nextAt = stepContact(now, contact);
  state.outcome = contactOutcome(now, contact);
  if (state.outcome?.kind === 'behavior-server') startTests(state, state.outcome);
  if (state.outcome?.kind === 'one-address') startTestsOfSeveral(state, state.outcome);
  return nextAt;
}

function startTests(
  state: State,
  { chosen, other }: Extract<ContactOutcome, { readonly kind: 'behavior-server' }>,
): void {
  const { exchange, local } = state;
  const primary = chosen.probe;
  state.filtering ??= createFilteringTest(exchange, primary.question.to);
  state.filtering.server.other = other;
  state.mapping = createMappingTest({ exchange, local: local.mapping, primary, other });
  state.portAssignment = createPortAssignmentTest({ exchange, local, primary, other });
  state.unsolicited = createUnsolicitedTest({ exchange, local, primary });
  judgeHeld(exchange);
}

/** Servers with one address have shown the mapping by now, as far as they can; only behind a known one ports mean anything. */
function startTestsOfSeveral(
  state: State,
  { answered }: Extract<ContactOutcome, { readonly kind: 'one-address' }>,
): void {
  const { exchange, local } = state;
  state.mapping = mappingBySeveral(answered, { exchange, local: local.mapping });
  const { primary } = state.mapping;
  const other = nextDestination(state.mapping);
  if (other && portsFinding(state.mapping)) {
    state.portAssignment = createPortAssignmentTest({ exchange, local, primary, other });
  }
}

/** The filtering test goes on only as long as the server may have two addresses. */
function stepTests(now: number, state: State): number {
  const { outcome, contact, mapping, filtering, portAssignment, unsolicited } = state;
  const mayFilter = outcome ? outcome.kind === 'behavior-server' : !isOneAddressServer(contact);
  return Math.min(
    mapping ? stepMapping(now, mapping) : Number.POSITIVE_INFINITY,
    filtering && mayFilter ? stepFiltering(now, filtering) : Number.POSITIVE_INFINITY,
    portAssignment && mapping
      ? stepPortAssignment(
          now,
          portAssignment,
          outcome?.kind === 'one-address' ? portsFinding(mapping) : mapping.finding,
        )
      : Number.POSITIVE_INFINITY,
    unsolicited ? stepUnsolicited(now, unsolicited) : Number.POSITIVE_INFINITY,
    advanceEarly(now, state),
  );
}

/** What the filtering socket sends elsewhere would open the filter, so that it waits until that test is over. */
function advanceEarly(now: number, state: State): number {
  const { filtering, mapping } = state;
  if (filtering && mapping) state.early ??= createEarlyTest(now, { filtering, mapping: mapping.finding });
  return state.early ? stepEarly(now, state.early) : Number.POSITIVE_INFINITY;
}
