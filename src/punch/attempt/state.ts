/** What an attempt works with, and what it knows. Only attempt.ts and signals.ts change it. */
import type { Endpoint } from '../../endpoint.ts';
import type { IceAgent } from '../../ice/agent.ts';
import type { Candidate } from '../../ice/candidates/candidate.ts';
import type { IceCredentials } from '../../ice/credentials.ts';
import type { LateLines } from './candidates/late-candidates.ts';
import type { Noted } from './outcome/evidence.ts';
import type { TechniqueWork } from './outcome/work.ts';
import type { ShownAgain } from './techniques/shown-again.ts';
import type { Technique, TechniqueOutput } from './techniques/technique.ts';

export interface AttemptOptions {
  readonly agent: IceAgent;
  readonly peerCredentials: IceCredentials;
  readonly startAt: number;
  /** Where the server sees the peer; null where nothing is to be sent to another port of that address. */
  readonly peer: Endpoint | null;
  /** The STUN server, to which a technique may send as well. */
  readonly server: Endpoint;
  /** Shows the punching socket once more; null where the peer does not reach that socket directly. */
  readonly shownAgain: ShownAgain | null;
  /** The peer's candidates: those that are checked from the start, and those that are checked later. */
  readonly remote: { readonly likely: readonly Candidate[]; readonly unlikely: readonly Candidate[] };
  /**
   * When the technique begins, if there is no direct path by then: checks over the other family go ahead of it. Null where it
   * begins with the checks, and may hold them up.
   */
  readonly techniqueFrom: number | null;
  /** Reads the candidates that the peer tells later, and returns those that may be checked. */
  readonly readLate: (lines: readonly string[]) => readonly Candidate[];
  /** Creates the technique, which hands its outputs to `emit`; null for a plain punch. */
  readonly createTechnique: ((emit: (output: TechniqueOutput) => void) => Technique) | null;
  /** Whether the technique may send one more packet toward the peer. */
  readonly takeProbe: () => boolean;
}

export interface State extends AttemptOptions, Noted {
  /** Set once the state is there, since it hands its outputs to the state. */
  technique: Technique | null;
  /** What the technique has done. */
  readonly work: TechniqueWork;
  /** What the technique wants done. */
  readonly queue: TechniqueOutput[];
  isStopped: boolean;
  readonly late: LateLines;
  /** Whose router has another port for the punching socket since the introduction. */
  readonly moved: { own: boolean; peer: boolean };
  /** How many packets the technique has sent toward the peer. */
  probes: number;
  /** When the unlikely candidates are added; null until the agent has begun, Infinity once they have been added. */
  unlikelyAt: number | null;
}
