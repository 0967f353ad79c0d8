/** The result of a punch. */
import type { Path } from './path/path.ts';
import type { PunchReport } from './report/report.ts';

export interface PunchResult extends AsyncDisposable {
  readonly report: PunchReport;
  /** The live path, which the caller has to dispose of; null when there is none. It stays the same when it becomes direct. */
  readonly path: Path | null;
  /** Where the path is relayed: resolves to the report once it has become direct, or to null if that does not happen in the plan's time. */
  readonly upgraded: Promise<PunchReport | null>;
}
