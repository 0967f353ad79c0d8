/** natcheck/lab: NATs to test against, real ones in containers, each held to its profile before it is used. */

export { ALL_ACCESSES, behindNat, FIREWALLED, NAT64, OPEN, UDP_BLOCKED, UNTRANSLATED } from './accesses.ts';
export type { Startable } from './docker/attach.ts';
export { NonconformingError } from './docker/conformance/nonconforming-error.ts';
export type { ExecOptions, ExecResult, LabContainer, Program } from './docker/container/container.ts';
export { type Guest, GuestError, type GuestLine, type GuestSpec, type LabVolume } from './docker/container/guest.ts';
export { type Engine, type EngineOptions, findEngine } from './docker/engine/engine.ts';
export type { Progress } from './docker/engine/provision.ts';
export { ensureImage, type ImageOptions } from './docker/image/image.ts';
export { ensureSource, type ImageSource } from './docker/image/source.ts';
export { type Lab, type LabOptions, type LabServer, type LabSite, startLab } from './docker/lab.ts';
export type {
  Actual,
  Both,
  Expectation,
  ExpectedEnd,
  MatrixCell,
  PeerReport,
  PunchedSide,
} from './docker/matrix/cell.ts';
export { matrixJunit, matrixMarkdown, matrixSvg, writeMatrixFiles } from './docker/matrix/files.ts';
export type { Matrix } from './docker/matrix/matrix.ts';
export { labProfiles, type NatPair, natPairs, type Profiles } from './docker/matrix/nat-pairs.ts';
export { type MatrixOptions, runMatrix } from './docker/matrix/run-matrix.ts';
export type { MatrixProgress } from './docker/matrix/run-pairs.ts';
export { ipv6Rules } from './docker/router/ipv6-rules.ts';
export type { LabRouter } from './docker/router/router.ts';
export { type RouterRules, routerRules } from './docker/router/rules.ts';
export { startNatcheckServer } from './docker/served-lab.ts';
export { AddressesTakenError } from './docker/topology/addresses-taken-error.ts';
export { type Addressing, DEFAULT_ADDRESSING } from './docker/topology/addressing.ts';
export type { LinkQuality, ShapedLinks } from './docker/topology/link/quality.ts';
export type { PairTold, PairWatch } from './docker/witness/witness.ts';
export * from './further-nats.ts';
export { expectedVerdict, type ObservedAccess, observedAccess } from './known-behavior.ts';
export * from './profiles.ts';
export type { Ladder, LadderStep } from './witness/ladder.ts';
export type { PathChange, PathSeen, Ways } from './witness/path-seen.ts';
