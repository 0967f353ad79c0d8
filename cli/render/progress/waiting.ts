/** Says on stderr that a peer is waited for: for how long, and what is to be run on the other machine. */
import { visible } from '../../../src/visible.ts';

/** A peer that is there already is met sooner: the detection that comes before takes about half a second. */
const TOLD_AFTER_MS = 1_000;
const TICK_MS = 1_000;

export interface WaitedFor {
  readonly peer: string;
  /** How long, in seconds. */
  readonly seconds: number;
  /** The line to run on the other machine. */
  readonly line: string;
  /** Whether that takes a token, which is not shown. */
  readonly hasToken: boolean;
}

export interface Waiting extends Disposable {
  /** To be called when the waiting begins; later calls do nothing. */
  readonly begin: () => void;
}

/** @param output.say shows what is going on, where something can; `line` writes a line that stays. Disposing of it ends the waiting. */
export function createWaiting(
  { peer, seconds, line, hasToken }: WaitedFor,
  output: { readonly line: (text: string) => void; readonly say: ((text: string) => void) | null },
): Waiting {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let left = seconds;
  const tick = (): void => {
    left = Math.max(0, left - TICK_MS / 1000);
    output.say?.(`waiting for ${peer}, ${Math.round(left)} s left`);
    timer = setTimeout(tick, TICK_MS);
  };
  const tell = (): void => {
    const token = hasToken ? ', with the same token in --token or NATCHECK_TOKEN' : '';
    output.line(
      `${visible(peer)} has ${seconds} s to come; run this on the other machine${token}:\n  ${visible(line)}`,
    );
    tick();
  };
  return {
    begin: () => {
      if (!isOver) timer ??= setTimeout(tell, TOLD_AFTER_MS);
    },
    [Symbol.dispose]: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
