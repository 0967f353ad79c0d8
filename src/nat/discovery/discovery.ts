/**
 * NAT behaviour discovery (RFC 5780 §4) as a sans-IO session: mapping, filtering and its control, port allocation, all in
 * flight together, each on sockets of its own, every finding with its evidence.
 */
import type { Endpoint } from '../../endpoint.ts';
import type { Session } from '../../session.ts';
import { type Finding, undetermined } from '../behavior.ts';
import type { DetectSocket, ServerIdentity } from '../evidence.ts';
import { classifyPooling } from '../ports/pooling.ts';
import { createPortAssignmentAxis, type PortAssignmentAxis, portAssignmentOf } from '../ports/port-assignment.ts';
import { type PortPattern, undeterminedPorts } from '../ports/port-pattern.ts';
import { createExchange } from '../probes/exchange.ts';
import { createPace } from '../probes/pace.ts';
import { evidenceOf, type Probe } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';
import { DETECT_SCHEMA, type DetectReport } from '../report.ts';
import { type Verdict, verdictOf } from '../verdict.ts';
import type { Axis } from './axis.ts';
import { type ContactOutcome, createContact } from './contact.ts';
import { createFilteringAxis } from './filtering.ts';
import { classifyMapping, createMappingAxis, samplesOf } from './mapping.ts';
import { whyNoContact } from './no-contact.ts';

export interface DiscoveryOptions {
  /** Where each socket is bound: the address of the interface itself, never a wildcard. */
  readonly local: Readonly<Record<DetectSocket, Endpoint>>;
  /** More than one is a race: the first with two addresses wins. */
  readonly servers: readonly ServerIdentity[];
  /** Whether `addServer` will bring more until `noMoreServers`. */
  readonly moreServers?: boolean;
  /** The TCP port that tells a live server behind a UDP block. */
  readonly httpPort: number;
  /** After this time whatever is not known is undetermined. */
  readonly timeoutMs: number;
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

export interface Discovery extends Session<DetectReport> {
  /** Takes effect at the next poll, as does `noMoreServers`. */
  addServer(server: ServerIdentity): void;
  noMoreServers(): void;
}

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { local, servers, moreServers = false, httpPort, timeoutMs, now: startedAt, randomBytes } = options;
  const pace = createPace();
  const exchange = createExchange({ pace, randomBytes });
  const contact = createContact({ exchange, pace, httpPort, startedAt });
  for (const server of servers) contact.add(server);
  if (!moreServers) contact.close();

  const deadline = startedAt + timeoutMs;
  let outcome: ContactOutcome | null = null;
  let mapping: Axis | null = null;
  let filtering: Axis | null = null;
  let allocation: PortAssignmentAxis | null = null;
  /** When something is due; in the past when something has changed. */
  let wakeAt = startedAt;
  let report: DetectReport | null = null;

  const other = (): Endpoint | null => (outcome?.kind === 'behavior-server' ? outcome.other : null);
  const startFiltering = (server: Endpoint): void => {
    filtering ??= createFilteringAxis({ exchange, pace, server, other });
  };

  /** Lets every part do what is due; parts that learn something let the next one act at once. */
  const advance = (now: number): void => {
    if (report) return;
    // With one server there is nothing to race: its filtering test starts with the first packet.
    const [only, second] = contact.candidates();
    if (only && !second && !moreServers) startFiltering(only.probe.question.to);
    const contactAt = outcome ? Number.POSITIVE_INFINITY : contact.step(now);
    if (!outcome) {
      outcome = contact.outcome(now);
      if (outcome?.kind === 'behavior-server') {
        const { chosen } = outcome;
        const server = chosen.probe.question.to;
        startFiltering(server);
        const asked = { exchange, pace, primary: chosen.probe, server, other: outcome.other };
        const axis = createMappingAxis({ ...asked, local: local.mapping });
        mapping = axis;
        allocation = createPortAssignmentAxis({ ...asked, local, mapping: axis.finding });
        exchange.reconsider();
      }
    }
    const mappingAt = mapping?.step(now) ?? Number.POSITIVE_INFINITY;
    const filteringAt = !outcome || outcome.kind === 'behavior-server' ? filtering?.step(now) : undefined;
    const allocationAt = allocation?.step(now) ?? Number.POSITIVE_INFINITY;
    wakeAt = Math.min(deadline, contactAt, mappingAt, filteringAt ?? Number.POSITIVE_INFINITY, allocationAt);
    report = conclude(now);
  };

  const conclude = (now: number): DetectReport | null => {
    const late = now >= deadline;
    switch (outcome?.kind) {
      case 'behavior-server': {
        const mappingFinding = mapping?.finding() ?? (late ? undetermined('deadline') : null);
        const filteringFinding = filtering?.finding() ?? (late ? undetermined('deadline') : null);
        const ports = allocation?.finding() ?? (late ? undeterminedPorts('deadline') : null);
        if (!mappingFinding || !filteringFinding || !ports) return null;
        return write(now, { mapping: mappingFinding, filtering: filteringFinding, ports });
      }
      case 'one-address': {
        const samples = samplesOf(outcome.answered.map(({ probe }) => probe));
        const oneAddress = unknown('server-has-one-address');
        return write(now, { ...oneAddress, mapping: classifyMapping(local.mapping, samples) });
      }
      case 'unreachable': {
        const reason = whyNot();
        if (reason !== 'no-answer' || !outcome.tcpAccepted) return write(now, unknown(reason));
        return { ...write(now, unknown('udp-silent')), verdict: { type: 'udp-blocked', reason: null } };
      }
      case undefined:
        return late ? write(now, unknown(whyNot())) : null;
    }
  };

  const probes = (): readonly Probe[] =>
    [contact, mapping, filtering, allocation]
      .flatMap((part) => part?.probes() ?? [])
      .filter(({ sends }) => sends.length > 0);

  const whyNot = (): Reason =>
    whyNoContact({ rejected: exchange.rejected(), contacts: contact.probes(), probes: probes() });

  const write = (now: number, findings: Findings): DetectReport => {
    const answered =
      outcome?.kind === 'behavior-server' ? outcome.chosen : contact.candidates().find(({ probe }) => probe.answer);
    const verdict: Verdict = verdictOf(findings.mapping, findings.filtering);
    return {
      schema: DETECT_SCHEMA,
      verdict,
      mapping: findings.mapping,
      filtering: findings.filtering,
      allocation: portAssignmentOf(findings.ports, { probes: allocation?.probes() ?? [], startedAt, local }),
      pooling: classifyPooling(probes(), findings.ports.reason ?? 'too-much-loss'),
      local: local.mapping,
      public: answered?.probe.answer?.mapped ?? null,
      server: answered?.identity ?? contact.candidates()[0]?.identity ?? null,
      elapsedMs: Math.round(now - startedAt),
      probes: probes().map(evidenceOf),
      rejected: exchange.rejected(),
    };
  };

  return {
    addServer: (server) => {
      contact.add(server);
      wakeAt = Number.NEGATIVE_INFINITY;
    },
    noMoreServers: () => {
      contact.close();
      wakeAt = Number.NEGATIVE_INFINITY;
    },
    handleDatagram: (now, arrival) => {
      if (report) return;
      exchange.receive(now, arrival);
      advance(now);
    },
    handleSendFailure: (now, failure) => {
      exchange.fail(failure);
      advance(now);
    },
    handleConnect: (now, result) => {
      contact.handleConnect(result);
      advance(now);
    },
    handleTimeout: advance,
    poll: (now) => {
      if (wakeAt <= now) advance(now);
      if (report) return { kind: 'done', result: report };
      const transmit = exchange.dequeue();
      if (transmit) return transmit;
      const to = contact.dequeueConnect();
      return to ? { kind: 'connect', to } : { kind: 'wait', until: wakeAt };
    },
  };
}

interface Findings {
  readonly mapping: Finding;
  readonly filtering: Finding;
  readonly ports: PortPattern;
}

function unknown(reason: Reason): Findings {
  return { mapping: undetermined(reason), filtering: undetermined(reason), ports: undeterminedPorts(reason) };
}
