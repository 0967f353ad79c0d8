/** The result of a punch. */
import type { Role } from '../ice/role.ts';
import type { HandedOver } from './handover/handed-over.ts';
import type { Path } from './path/path.ts';
import type { PunchReport } from './report/report.ts';

/** What both sides of a path know of their introduction, and nobody else; without a code, the rendezvous as well. */
export interface PathIntroduction {
  /** New for each introduction, and the same for both. */
  readonly key: string;
  readonly role: Role;
}

export interface PunchResult extends AsyncDisposable {
  readonly report: PunchReport;
  /** The live path, which the caller has to dispose of; null when there is none. It stays the same when it becomes direct. */
  readonly path: Path | null;
  /** The introduction that the path has come of; null when there is no path. */
  readonly introduction: PathIntroduction | null;
  /** Where the path is relayed: resolves to the report once it has become direct, or to null if that does not happen in the plan's time. */
  readonly upgraded: Promise<PunchReport | null>;
}

/** The result of a punch whose sockets serve no other path, so that its path can be handed over. */
export interface SolePunchResult extends PunchResult {
  /**
   * Ends a direct path without a word to the peer, and closes all sockets, so that another program can bind in the place of
   * the path's. The peer had better do the same, once both have measured the path: nobody answers its checks any more.
   * A socket that was given as an option is yours to close.
   * @throws Error when there is no path, or it goes through a relay; what disposing of the punch throws.
   */
  readonly handOver: () => Promise<HandedOver>;
}
