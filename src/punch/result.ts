/** What a punch comes to. */
import type { Path } from './path/path.ts';
import type { PunchReport } from './report/report.ts';

export interface PunchResult extends AsyncDisposable {
  readonly report: PunchReport;
  /** The live path, the caller's until disposed; null when there is none. It goes on when it becomes direct. */
  readonly path: Path | null;
  /** Of a relayed path: the report when it has become direct; null when that has not happened in the plan's time. */
  readonly upgraded: Promise<PunchReport | null>;
}
