/** Two people who pass on the lines of peers that meet by hand, and take their time; the clocks of the two hosts may differ. */
import type { World } from '../network/world.ts';

export interface SimLinesOptions {
  /** How long somebody takes to pass on a line; default: 20 s. */
  readonly passMs?: number;
  /** How far the answering side's wall clock is ahead; default: 0. */
  readonly skewMs?: number;
}

export interface SimLines {
  readonly kind: 'lines';
  /** Passes on a line: the side that waits for it hears it later. */
  readonly give: (line: string, to: 'offer' | 'answer') => void;
  /** Sets who hears the line for that side; at once, where it has come already. */
  readonly onLine: (side: 'offer' | 'answer', hear: (line: string) => void) => void;
  readonly wallClock: (side: 'offer' | 'answer') => number;
  /** Every line that was passed on. */
  readonly lines: readonly string[];
}

/** Some instant that is no whole ten seconds. */
const EPOCH_MS = 1_700_000_003_210;
const PASS_MS = 20_000;

export function addLines({ clock }: World, { passMs = PASS_MS, skewMs = 0 }: SimLinesOptions = {}): SimLines {
  const lines: string[] = [];
  const come = new Map<string, string>();
  const hearing = new Map<string, (line: string) => void>();
  return {
    kind: 'lines',
    give: (line, to) => {
      lines.push(line);
      clock.schedule(clock.now() + passMs, () => {
        come.set(to, line);
        hearing.get(to)?.(line);
      });
    },
    onLine: (side, hear) => {
      hearing.set(side, hear);
      const line = come.get(side);
      if (line !== undefined) hear(line);
    },
    wallClock: (side) => EPOCH_MS + clock.now() + (side === 'answer' ? skewMs : 0),
    lines,
  };
}
