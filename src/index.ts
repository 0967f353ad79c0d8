/** The library: NAT behaviour detection and hole punching, as data in and data out. */
export { type DetectOptions, detect } from './detect/detect.ts';
export type { ExtraTestOptions } from './detect/extra-tests.ts';
export { DETECT_TIMEOUT_MS } from './detect/timeout.ts';
export type { Endpoint, Family } from './endpoint.ts';
export { UsageError } from './errors.ts';
export type { CandidateType } from './ice/candidates/candidate.ts';
export type { Role } from './ice/role.ts';
export type { Dependency, Early, Finding } from './nat/behavior.ts';
export type { PortAssignmentSample, ProbeEvidence, Rejection, RejectionCause, ServerIdentity } from './nat/evidence.ts';
export type { Hairpin } from './nat/extra-tests/hairpin.ts';
export type { Lifetime, LifetimeProgress } from './nat/extra-tests/lifetime.ts';
export type { PortPattern } from './nat/port-assignment/pattern.ts';
export type { Pooling } from './nat/port-assignment/pooling.ts';
export type { PortRange } from './nat/port-assignment/range.ts';
export { explainReason, type Reason } from './nat/reason.ts';
export type { DetectReport, FamilyReport, PortAssignmentReport } from './nat/report.ts';
export type { RouterReport } from './nat/router.ts';
export { type MappingProtocol, ROUTER_REASONS, type RouterReason } from './nat/router.ts';
export type { Translation, TranslationEvidence, TranslationKind } from './nat/translation/translation.ts';
export type { Verdict, VerdictType } from './nat/verdict.ts';
export type { ResolvedAddress, Service } from './net/lookup/resolver.ts';
export { createResolver, type Resolver } from './net/lookup/resolver.ts';
export type { Destination, DgramSocket, OpenSocket, UdpSocket } from './net/udp-socket.ts';
export type { PathHealth } from './punch/attempt/health/state.ts';
export type { PathUse } from './punch/attempt/health/use.ts';
export type { PunchTechnique } from './punch/attempt/outcome/winner.ts';
export type { PathState } from './punch/attempt/path-state.ts';
export type { PunchPlan } from './punch/attempt/plan.ts';
export type { RoomSeal } from './punch/attempt/seal.ts';
export type { TechniqueChoice, TechniqueName } from './punch/attempt/techniques/choose-technique.ts';
export type { HandedOver } from './punch/handover/handed-over.ts';
export { openRoom } from './punch/open-room.ts';
export {
  type BrokerMeetingPlace,
  type ConnectOptions,
  type ManualMeetingPlace,
  type PathMode,
  PUNCH_WAIT_MS,
  type PunchOptions,
  type PunchRoom,
  type RoomOptions,
  type RoomSeat,
} from './punch/options.ts';
export type { PathEnd, PathEndReason } from './punch/path/end.ts';
export type { Measured, MeasuredPath } from './punch/path/health.ts';
export { measureHealth, measurePath } from './punch/path/health.ts';
export type { LocalPathEndpoint, Path, PathEndpoint, PathRoute, PathStats } from './punch/path/path.ts';
export { PathSendError, type PathSendErrorCode } from './punch/path/send-error.ts';
export { punch } from './punch/punch.ts';
export type { TurnServerChoice } from './punch/reachability/turn-choice.ts';
export type { PunchFailure, PunchReport, PunchStep } from './punch/report/report.ts';
export { PUNCH_FAILURES } from './punch/report/report.ts';
export type { PunchEvent } from './punch/report/steps.ts';
export type { PathIntroduction, PunchResult, SolePunchResult } from './punch/result.ts';
