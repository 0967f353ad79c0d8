/**
 * natcheck/ice: an ICE agent (RFC 8445) without a socket, timer, clock or randomness of its own. Its owner has those, hands in
 * what happens, and does what `poll` gives: the contract is `Session`, the agent is `IceAgent`, and docs/ice.md shows both.
 */
export type { Endpoint } from '../endpoint.ts';
export type { Arrival, Done, EventOutput, Output, SendFailure, Session, Transmit, Wait } from '../session.ts';
export { createIceAgent, type DatagramKind, type IceAgent, type IceAgentOptions } from './agent.ts';
export type { IceOutput } from './agent-state.ts';
export { type Candidate, type CandidateType, hiddenRelated, type LocalCandidate } from './candidates/candidate.ts';
export type { HostSpec, LocalCandidateSpec, RelayedSpec, ServerReflexiveSpec } from './candidates/local-candidate.ts';
export { candidatePriority } from './candidates/priority.ts';
export { formatCandidate, type IgnoredReason, type ParsedCandidate, parseCandidate } from './candidates/sdp.ts';
export { MIN_TA_MS, TA_MS } from './checklist/pace.ts';
export { isRelayed, type PairReport } from './checklist/pair.ts';
export {
  CHECKS_IF_HEARD,
  CHECKS_MAX,
  CHECKS_PER_ADDRESS,
  type CheckBudget,
  createCheckBudget,
} from './checks/budget.ts';
export type { CheckRejectionCause } from './checks/rejection-cause.ts';
export { areCredentials, createCredentials, type IceCredentials } from './credentials.ts';
export type { FailureReason, IceEvent } from './event.ts';
export { otherRole, type Role } from './role.ts';
export { RELAY_GRACE_MS } from './selected-pair/nomination.ts';
