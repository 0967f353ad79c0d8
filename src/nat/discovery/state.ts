/** What a discovery knows so far. Changed by the rules beside this file only. */
import type { Endpoint } from '../../endpoint.ts';
import type { DetectSocket } from '../evidence.ts';
import { type PortAssignmentTest, portAssignmentProbes } from '../port-assignment/port-assignment.ts';
import type { Exchange } from '../probes/exchange.ts';
import type { Probe } from '../probes/probe.ts';
import type { DetectReport } from '../report.ts';
import { type UnsolicitedTest, unsolicitedProbes } from '../translation/unsolicited.ts';
import { type Contact, type ContactOutcome, contactProbes } from './contact.ts';
import { type EarlyTest, earlyProbes } from './early.ts';
import { type FilteringTest, filteringProbes } from './filtering.ts';
import type { MappingTest } from './mapping.ts';

export interface State {
  /** Where each socket is bound. */
  readonly local: Readonly<Record<DetectSocket, Endpoint>>;
  /** Whether servers may be added. */
  readonly moreServers: boolean;
  /** What is still to come: further servers, and what a server tells of itself and of others. */
  readonly awaited: { servers: boolean; told: boolean };
  readonly startedAt: number;
  readonly deadline: number;
  /** Whether it may go on without an answer. */
  isWaitedFor: boolean;
  readonly exchange: Exchange;
  readonly contact: Contact;
  outcome: ContactOutcome | null;
  filtering: FilteringTest | null;
  early: EarlyTest | null;
  mapping: MappingTest | null;
  portAssignment: PortAssignmentTest | null;
  unsolicited: UnsolicitedTest | null;
  /** The time when something is due; it is in the past when something has changed. */
  wakeAt: number;
  report: DetectReport | null;
}

/** Every question that has been sent. */
export function sentProbes({
  contact,
  mapping,
  filtering,
  early,
  portAssignment,
  unsolicited,
}: State): readonly Probe[] {
  return [
    ...contactProbes(contact),
    ...(mapping?.probes ?? []),
    ...(filtering ? filteringProbes(filtering) : []),
    ...(early ? earlyProbes(early) : []),
    ...(portAssignment ? portAssignmentProbes(portAssignment) : []),
    ...(unsolicited ? unsolicitedProbes(unsolicited) : []),
  ].filter(({ sends }) => sends.length > 0);
}
