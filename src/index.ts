/** The library: NAT behaviour detection and hole punching, as data in and data out. */
export { DETECT_TIMEOUT_MS, type DetectOptions, detect } from './detect/detect.ts';
export type { Endpoint, Family } from './endpoint.ts';
export { UsageError } from './errors.ts';
export type { Dependency, Finding } from './nat/behavior.ts';
export type { Hairpin } from './nat/extra/hairpin.ts';
export type { Lifetime, LifetimeProgress } from './nat/extra/lifetime.ts';
export type { Pooling } from './nat/ports/pooling.ts';
export type { PortPattern } from './nat/ports/port-pattern.ts';
export type { PortRange } from './nat/ports/port-range.ts';
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
export { createResolver, type Resolver } from './net/lookup/resolver.ts';
export type { PunchPlan } from './punch/attempt/plan.ts';
export type { IcePath, PathState } from './punch/path/path.ts';
export { PUNCH_WAIT_MS, type Punched, type PunchOptions, punch } from './punch/punch.ts';
export type { PunchEvent } from './punch/report/event.ts';
export type { PunchFailure, PunchReport, PunchStep } from './punch/report/report.ts';
