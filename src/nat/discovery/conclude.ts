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
import { firstContacts, type ServerCandidate } from './contact.ts';
import { earlyOf } from './early.ts';
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
  const { outcome } = state;
  const doubt = doubtOf(now, state);
  if (doubt === 'router-restarted') return write(now, state, unknown(doubt));
  switch (outcome?.kind) {
    case 'behavior-server': {
      const findings = findingsOf(now, state);
      return findings && doubt !== undefined ? write(now, state, doubted(findings, doubt)) : null;
    }
    case 'one-address': {
      const findings = findingsOfSeveral(now, state);
      return findings && doubt !== undefined ? write(now, state, doubted(findings, doubt)) : null;
    }
    case 'unreachable': {
      const reason = reasonOf(state);
      if (reason !== 'no-answer' || !outcome.tcpServer) return write(now, state, unknown(reason));
      const report = write(now, state, unknown('udp-silent'));
      return { ...report, verdict: { type: 'udp-blocked', reason: null }, server: outcome.tcpServer };
    }
    case undefined: {
      if (now >= state.deadline) return write(now, state, unknown(reasonOf(state)));
      const isCut = !state.isWaitedFor && !sentProbes(state).some(({ answer }) => answer);
      return isCut ? write(now, state, unknown(cutReason(state))) : null;
    }
  }
}

/** What the tests have found; at the deadline whatever is not known is undetermined. */
function findingsOf(now: number, state: State): Findings | null {
  const isLate = now >= state.deadline;
  if (!isLate && state.unsolicited && isHalfReached(now, state.unsolicited)) return null;
  if (!isLate && state.early && !state.early.finding) return null;
  const mapping = state.mapping?.finding ?? (isLate ? undetermined('deadline') : null);
  const filtering = state.filtering?.finding ?? (isLate ? undetermined('deadline') : null);
  const ports = state.portAssignment?.finding ?? (isLate ? undeterminedPorts('deadline') : null);
  return mapping && filtering && ports ? { mapping, filtering, ports } : null;
}

/** What servers with one address tell: the filtering takes two. */
function findingsOfSeveral(now: number, { mapping: test, portAssignment, deadline }: State): Findings | null {
  const mapping = test?.finding;
  if (!mapping) return null;
  const filtering = undetermined(mapping.reason === 'unproven-servers' ? mapping.reason : 'server-has-one-address');
  if (!portAssignment) return { mapping, filtering, ports: undeterminedPorts(mapping.reason ?? 'too-much-loss') };
  const ports = portAssignment.finding ?? (now >= deadline ? undeterminedPorts('deadline') : null);
  return ports && { mapping, filtering, ports };
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
    contacts: firstContacts(state.contact),
    probes: sentProbes(state),
  });
}

/** The server whose word the report has on the public endpoint. */
function speakerOf({ outcome, contact }: State): ServerCandidate | undefined {
  if (outcome?.kind === 'behavior-server') return outcome.chosen;
  if (outcome?.kind === 'one-address') return outcome.answered[0];
  return contact.candidates.find(({ source, probe }) => source === 'chosen' && probe.answer);
}

/** What has come says more than that nothing was waited for. */
function cutReason(state: State): Reason {
  const reason = reasonOf(state);
  return reason === 'no-answer' ? 'cut-short' : reason;
}

function write(now: number, state: State, { mapping, filtering, ports }: Findings): DetectReport {
  const { local, startedAt, exchange, contact, portAssignment } = state;
  const probes = sentProbes(state);
  const answered = speakerOf(state);
  const assigned = portAssignment ? portAssignmentProbes(portAssignment) : [];
  return {
    schema: DETECT_SCHEMA,
    verdict: verdictOf(mapping, filtering),
    mapping,
    filtering,
    ...earlyOf({ mapping, filtering }, state.early),
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
