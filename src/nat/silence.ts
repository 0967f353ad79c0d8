/**
 * When silence is evidence. A changed-address request is sent in rounds, each with a plain request on the same socket as
 * its companion; the control socket, whose way is open, asks for the same change at the same pace.
 * A round counts only if its companion was answered. The control says how often such a reply is lost; the silence is
 * believed when loss alone would produce it less than once in 100,000 detections.
 */

/** The probability of mistaking loss for a filter that is accepted per test. */
export const SILENCE_ERROR = 1e-5;
/** Even on a path without loss, so that one burst is not the whole evidence. */
const MIN_ROUNDS = 5;
/** With so many control sends unanswered, and none answered, the alternate is mute. */
export const CONTROL_LIMIT = 8;

export interface SilenceEvidence {
  /** Rounds whose companion was answered and whose own reply, if it were coming, would be here. */
  readonly rounds: number;
  /** Control sends whose reply was due. */
  readonly controlSends: number;
  readonly controlAnswers: number;
}

/** Silence is `proven`, or not yet (`open`), or can never be since the control itself is mute. */
export function judgeSilence({
  rounds,
  controlSends,
  controlAnswers,
}: SilenceEvidence): 'proven' | 'open' | 'control-mute' {
  if (controlAnswers === 0) return controlSends >= CONTROL_LIMIT ? 'control-mute' : 'open';
  if (rounds < MIN_ROUNDS || controlSends < MIN_ROUNDS) return 'open';
  return lossRate(controlSends, controlAnswers) ** rounds <= SILENCE_ERROR ? 'proven' : 'open';
}

/** Jeffreys' estimate of a rate: defined, and never zero, from few samples. */
function lossRate(sends: number, answers: number): number {
  return (sends - answers + 0.5) / (sends + 1);
}
