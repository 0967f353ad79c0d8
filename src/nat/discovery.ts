/**
 * NAT behaviour discovery (RFC 5780 §4) as a sans-IO session: mapping, filtering and its control, all in flight together,
 * each on sockets of its own, every finding with its evidence.
 */
import type { Endpoint } from '../endpoint.ts';
import type { Session } from '../session.ts';
import type { Axis } from './axis.ts';
import { type Finding, undetermined } from './behavior.ts';
import { type ContactOutcome, createContact } from './contact.ts';
import { createExchange } from './exchange.ts';
import { createFilteringAxis } from './filtering.ts';
import { classifyMapping, createMappingAxis, samplesOf } from './mapping.ts';
import { whyNoContact } from './no-contact.ts';
import { createPace } from './pace.ts';
import { evidenceOf, type Probe } from './probe.ts';
import type { Reason } from './reason.ts';
import { DETECT_SCHEMA, DETECT_SOCKETS, type DetectReport, type DetectSocket, type ServerIdentity } from './report.ts';
import { type Verdict, verdictOf } from './verdict.ts';

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
        mapping = createMappingAxis({
          exchange,
          pace,
          local: local.mapping,
          primary: chosen.probe,
          server,
          other: outcome.other,
        });
        exchange.reconsider();
      }
    }
    const mappingAt = mapping?.step(now) ?? Number.POSITIVE_INFINITY;
    const filteringAt = !outcome || outcome.kind === 'behavior-server' ? filtering?.step(now) : undefined;
    wakeAt = Math.min(deadline, contactAt, mappingAt, filteringAt ?? Number.POSITIVE_INFINITY);
    report = conclude(now);
  };

  const conclude = (now: number): DetectReport | null => {
    const late = now >= deadline;
    switch (outcome?.kind) {
      case 'behavior-server': {
        const mappingFinding = mapping?.finding() ?? (late ? undetermined('deadline') : null);
        const filteringFinding = filtering?.finding() ?? (late ? undetermined('deadline') : null);
        return mappingFinding && filteringFinding ? write(now, mappingFinding, filteringFinding) : null;
      }
      case 'one-address': {
        const samples = samplesOf(outcome.answered.map(({ probe }) => probe));
        return write(now, classifyMapping(local.mapping, samples), undetermined('server-has-one-address'));
      }
      case 'unreachable': {
        const reason = whyNot();
        return reason === 'no-answer' && outcome.tcpAccepted ? blocked(now) : nothing(now, reason);
      }
      case undefined:
        return late ? nothing(now, whyNot()) : null;
    }
  };

  const probes = (): readonly Probe[] => [
    ...contact.probes(),
    ...(mapping?.probes() ?? []),
    ...(filtering?.probes() ?? []),
  ];

  const whyNot = (): Reason =>
    whyNoContact({ rejected: exchange.rejected(), contacts: contact.probes(), probes: probes() });
  const nothing = (now: number, reason: Reason): DetectReport => write(now, undetermined(reason), undetermined(reason));
  const blocked = (now: number): DetectReport => ({
    ...nothing(now, 'udp-silent'),
    verdict: { type: 'udp-blocked', reason: null },
  });

  const write = (now: number, mappingFinding: Finding, filteringFinding: Finding): DetectReport => {
    const answered =
      outcome?.kind === 'behavior-server' ? outcome.chosen : contact.candidates().find(({ probe }) => probe.answer);
    const verdict: Verdict = verdictOf(mappingFinding, filteringFinding);
    return {
      schema: DETECT_SCHEMA,
      verdict,
      mapping: mappingFinding,
      filtering: filteringFinding,
      local: local.mapping,
      public: answered?.probe.answer?.mapped ?? null,
      server: answered?.identity ?? contact.candidates()[0]?.identity ?? null,
      elapsedMs: Math.round(now - startedAt),
      probes: probes()
        .filter(({ sends }) => sends.length > 0)
        .map(evidenceOf),
      rejected: exchange.rejected(),
    };
  };

  return {
    sockets: DETECT_SOCKETS,
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
