/** What a discovery concludes: the report, once every test has its finding, or time is up. */
import { type Finding, undetermined } from '../behavior.ts';
import { type PortPattern, undeterminedPorts } from '../port-assignment/pattern.ts';
import { classifyPooling } from '../port-assignment/pooling.ts';
import { portAssignmentOf, portAssignmentProbes } from '../port-assignment/port-assignment.ts';
import { evidenceOf } from '../probes/probe.ts';
import type { Reason } from '../reason.ts';
import { DETECT_SCHEMA, type DetectReport } from '../report.ts';
import { translationOf } from '../translation/conclude.ts';
import { isHalfReached } from '../translation/unsolicited.ts';
import { verdictOf } from '../verdict.ts';
import { contactProbes } from './contact.ts';
import { classifyMapping, samplesOf } from './mapping.ts';
import { doubtOf } from './recheck.ts';
import { type State, sentProbes } from './state.ts';
import { whyUnreachable } from './unreachable.ts';

interface Findings {
  readonly mapping: Finding;
  readonly filtering: Finding;
  readonly ports: PortPattern;
}

/** Writes the report; null while something is still to be found out. */
export function conclude(now: number, state: State): DetectReport | null {
  const { outcome, local } = state;
  const doubt = doubtOf(now, state);
  if (doubt === 'router-restarted') return write(now, state, unknown(doubt));
  switch (outcome?.kind) {
    case 'behavior-server': {
      const findings = findingsOf(now, state);
      return findings && doubt !== undefined ? write(now, state, doubted(findings, doubt)) : null;
    }
    case 'one-address': {
      if (doubt !== null) return doubt === undefined ? null : write(now, state, unknown(doubt));
      const samples = samplesOf(outcome.answered.map(({ probe }) => probe));
      const mapping = classifyMapping(local.mapping, samples);
      return write(now, state, { ...unknown('server-has-one-address'), mapping });
    }
    case 'unreachable': {
      const reason = reasonOf(state);
      if (reason !== 'no-answer' || !outcome.tcpServer) return write(now, state, unknown(reason));
      const report = write(now, state, unknown('udp-silent'));
      return { ...report, verdict: { type: 'udp-blocked', reason: null }, server: outcome.tcpServer };
    }
    case undefined:
      return now >= state.deadline ? write(now, state, unknown(reasonOf(state))) : null;
  }
}

/** What the tests have found; at the deadline whatever is not known is undetermined. */
function findingsOf(now: number, state: State): Findings | null {
  const isLate = now >= state.deadline;
  if (!isLate && state.unsolicited && isHalfReached(now, state.unsolicited)) return null;
  const mapping = state.mapping?.finding ?? (isLate ? undetermined('deadline') : null);
  const filtering = state.filtering?.finding ?? (isLate ? undetermined('deadline') : null);
  const ports = state.portAssignment?.finding ?? (isLate ? undeterminedPorts('deadline') : null);
  return mapping && filtering && ports ? { mapping, filtering, ports } : null;
}

/** What is left when the mappings cannot be relied upon: a reply that comes from elsewhere, or does not, needs none of them. */
function doubted(findings: Findings, doubt: Reason | null): Findings {
  if (doubt === null || findings.mapping.behavior === 'undetermined') return findings;
  return { ...findings, mapping: undetermined(doubt), ports: undeterminedPorts(doubt) };
}

function unknown(reason: Reason): Findings {
  return { mapping: undetermined(reason), filtering: undetermined(reason), ports: undeterminedPorts(reason) };
}

function reasonOf(state: State): Reason {
  return whyUnreachable({
    rejected: [...state.exchange.rejections.values()],
    contacts: contactProbes(state.contact),
    probes: sentProbes(state),
  });
}

function write(now: number, state: State, { mapping, filtering, ports }: Findings): DetectReport {
  const { local, startedAt, exchange, outcome, contact, portAssignment } = state;
  const probes = sentProbes(state);
  const answered =
    outcome?.kind === 'behavior-server' ? outcome.chosen : contact.candidates.find(({ probe }) => probe.answer);
  const assigned = portAssignment ? portAssignmentProbes(portAssignment) : [];
  return {
    schema: DETECT_SCHEMA,
    verdict: verdictOf(mapping, filtering),
    mapping,
    filtering,
    allocation: portAssignmentOf(ports, { probes: assigned, startedAt, local }),
    pooling: classifyPooling(probes, ports.reason ?? 'too-much-loss'),
    translation: translationOf({ mapping, probes, local, test: state.unsolicited }),
    local: local.mapping,
    public: answered?.probe.answer?.mapped ?? null,
    server: answered?.identity ?? contact.candidates[0]?.identity ?? null,
    elapsedMs: Math.round(now - startedAt),
    probes: probes.map(evidenceOf),
    rejected: [...exchange.rejections.values(), ...exchange.strays.values()],
  };
}
