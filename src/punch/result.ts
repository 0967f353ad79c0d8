/** The result of a punch. */
import type { Role } from '../ice/role.ts';
import type { Path } from './path/path.ts';
import type { PunchReport } from './report/report.ts';

/** What both sides of a path know of their introduction, and nobody else but the rendezvous. */
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
