/** What was seen of an attempt that has come to nothing, from which the cause is told. */
import type { FailureReason, IceEvent } from '../../../ice/event.ts';
import type { SendFailure } from '../../../session.ts';
import { RELAY_SOCKET } from '../candidates/candidate-agent.ts';

export interface Refusal {
  readonly by: 'system' | 'relay';
  /** Such as `EPERM`, or of a relay that does not send to such an address `EACCES`. */
  readonly code: string;
}

export interface AttemptEvidence {
  /** Whether a check of the peer has come in. */
  readonly isHeard: boolean;
  /** Whether the peer has answered a check. */
  readonly isAnswered: boolean;
  /** How many ports were told to the peer, and how many the peer has told. */
  readonly ports: { readonly told: number; readonly heard: number };
  /** Whose router has given the first socket another port since the introduction, as the server sees it. */
  readonly moved: { readonly own: boolean; readonly peer: boolean };
  /** Who has refused to send toward the peer, with each code once. */
  readonly refusals: readonly Refusal[];
}

/** The failure of an attempt. */
export interface AttemptFailure extends AttemptEvidence {
  /** Why the agent has given up. */
  readonly reason: FailureReason;
}

/** What has been noted so far. */
export interface Noted {
  isHeard: boolean;
  isAnswered: boolean;
  readonly refusals: Refusal[];
}

export function noteEvent(noted: Noted, { kind }: IceEvent): void {
  noted.isHeard ||= kind === 'check-received';
  noted.isAnswered ||= kind === 'pair-valid';
}

export function noteRefusal({ refusals }: Noted, { socket, code }: SendFailure): void {
  const by = socket === RELAY_SOCKET ? 'relay' : 'system';
  if (!refusals.some((one) => one.by === by && one.code === code)) refusals.push({ by, code });
}
