/** What is known of one meeting with one friend, and whom it is told to. */
import type { Candidate } from '../../../src/ice/candidates/candidate.ts';
import type { PunchStep } from '../../../src/punch/report/report.ts';
import type { Role } from '../../../src/rendezvous/protocol/fields.ts';
import type { Pair } from '../explain.ts';
import type { PathUse } from '../measure/path-use.ts';
import type { FriendSignal, Network } from '../meet/signal.ts';
import type { Connection } from '../path/connection.ts';
import { type PathStats, readStats } from '../path/pair.ts';
import type { Steps } from '../path/steps.ts';
import type { FriendReport } from '../report.ts';
import { SIDES } from '../text.ts';

export interface SessionNews {
  readonly onSignal: (signal: FriendSignal) => void;
  readonly onStep: (step: PunchStep) => void;
  readonly onPhase: (phase: 'connected' | 'measuring' | 'sending' | 'receiving') => void;
  readonly onReport: (report: FriendReport) => void;
  readonly onChat: (text: string) => void;
  readonly onFlood: () => void;
  /** The path was open, and is lost. */
  readonly onLost: () => void;
}

export interface SideState {
  network: Network | null;
  readonly candidates: Candidate[];
}

export interface State {
  readonly role: Role;
  readonly news: SessionNews;
  readonly own: SideState;
  readonly peer: SideState;
  readonly steps: Steps;
  readonly connection: Connection;
  readonly use: PathUse;
  /** Ends with the session: every timer and listener of it. */
  readonly ended: AbortController;
  phase: 'connecting' | 'open' | 'over';
  /** Whether a packet of the friend has come in. */
  isHeard: boolean;
  /** What was reported last. */
  report: FriendReport | null;
}

export function pairOf({ own, peer }: Pick<State, 'own' | 'peer'>): Pair {
  return { sides: SIDES, own, peer };
}

/** Asks the browser what has passed so far, and tells the steps that follow from it. */
export async function look(state: State): Promise<PathStats> {
  const relays = state.peer.candidates.filter(({ type }) => type === 'relay').map(({ endpoint }) => endpoint);
  const stats = readStats(await state.connection.stats(), relays);
  state.isHeard ||= stats.cameFrom !== null;
  if (state.phase !== 'over') state.steps.stats(stats);
  return stats;
}

/** Everything that the session has is closed; nothing is told any more. */
export function close(state: State): void {
  state.phase = 'over';
  state.ended.abort();
  state.use.close();
  state.connection.close();
}
