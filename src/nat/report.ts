/** What a detection says: the plain data of `natcheck detect --json`, schema `natcheck.detect/1`. */
import type { Endpoint } from '../endpoint.ts';
import type { Early, Finding } from './behavior.ts';
import type { PortAssignmentSample, ProbeEvidence, Rejection, ServerIdentity } from './evidence.ts';
import type { Hairpin } from './extra-tests/hairpin.ts';
import type { Lifetime } from './extra-tests/lifetime.ts';
import type { PortPattern } from './port-assignment/pattern.ts';
import type { Pooling } from './port-assignment/pooling.ts';
import type { RouterReport } from './router.ts';
import type { Translation } from './translation/translation.ts';
import type { Verdict } from './verdict.ts';

export const DETECT_SCHEMA = 'natcheck.detect/1';

/** How the public port of the next new mapping follows from those before it (RFC 4787 §4.2), and what tells so. */
export type PortAssignmentReport = PortPattern & { readonly samples: readonly PortAssignmentSample[] };

/** What is found over one IP version. */
export interface FamilyReport {
  readonly schema: typeof DETECT_SCHEMA;
  /** Left out where natcheck itself has sent the questions. */
  readonly by?: 'browser';
  readonly verdict: Verdict;
  readonly mapping: Finding;
  readonly filtering: Finding;
  /** Left out where no packet can be early, or every destination sees another port anyway. */
  readonly early?: Early;
  readonly allocation: PortAssignmentReport;
  readonly pooling: Pooling;
  readonly translation: Translation;
  /** Only where it was asked for, as is `lifetime`; both are tested after everything else. */
  readonly hairpin?: Hairpin;
  readonly lifetime?: Lifetime;
  /** What this host's router says of itself; only where it was asked for. */
  readonly router?: RouterReport;
  /** The mapping socket's endpoint on the interface that it uses; null when there is none. */
  readonly local: Endpoint | null;
  /** The same socket as the server sees it. */
  readonly public: Endpoint | null;
  readonly server: ServerIdentity | null;
  /** How long the detection itself took, without the extra tests. */
  readonly elapsedMs: number;
  readonly probes: readonly ProbeEvidence[];
  readonly rejected: readonly Rejection[];
}

/** IPv4's report where IPv4 is there, and else IPv6's. */
export interface DetectReport extends FamilyReport {
  /** IPv6's report beside IPv4's; left out where it was not asked for, or this host or the servers have one of the two only. */
  readonly ipv6?: FamilyReport;
}
