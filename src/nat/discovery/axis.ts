/** One axis of a detection: asks through the exchange at its own pace until it has a finding. */
import type { Finding } from '../behavior.ts';
import type { Probe } from '../probes/probe.ts';

export interface Axis {
  readonly probes: () => readonly Probe[];
  readonly finding: () => Finding | null;
  /** Does what is due; answers when to be called again if nothing comes, Infinity when it has nothing to wait for. */
  readonly step: (now: number) => number;
}
