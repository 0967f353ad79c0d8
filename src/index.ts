/** The library: NAT behaviour detection and hole punching, as data in and data out. */
export { DETECT_TIMEOUT_MS, type DetectOptions, detect } from './detect.ts';
export type { Endpoint, Family } from './endpoint.ts';
export { UsageError } from './errors.ts';
export type { Dependency, Finding } from './nat/behavior.ts';
export type { Hairpin } from './nat/hairpin.ts';
export type { Lifetime, LifetimeProgress } from './nat/lifetime.ts';
export type { Pooling } from './nat/pooling.ts';
export type { PortPattern } from './nat/port-pattern.ts';
export type { PortRange } from './nat/port-range.ts';
export { explainReason, type Reason } from './nat/reason.ts';
export type {
  Allocation,
  AllocationSample,
  DetectReport,
  ProbeEvidence,
  Rejection,
  ServerIdentity,
} from './nat/report.ts';
export type { RouterReport } from './nat/router.ts';
export type { Verdict, VerdictType } from './nat/verdict.ts';
export type { IcePath, PathState } from './net/ice-path.ts';
export { createResolver, type Resolver } from './net/resolver.ts';
export type { PunchEvent } from './punch/event.ts';
export type { PunchPlan } from './punch/plan.ts';
export type { PunchFailure, PunchReport, PunchStep } from './punch/report.ts';
export { PUNCH_WAIT_MS, type Punched, type PunchOptions, punch } from './punch.ts';
