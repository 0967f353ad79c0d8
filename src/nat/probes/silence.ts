/**
 * When silence is evidence. What may be silent is asked in rounds, each with a plain request on the same socket as its
 * companion; a control, whose way is open, asks for the same reply at the same pace.
 * A round counts only if its companion was answered. The control says how often such a reply is lost; the silence is
 * believed when loss alone would produce it less than once in 100,000 detections.
 */
import type { Pace } from './pace.ts';
import type { Probe, Send } from './probe.ts';

/** The loss is too high to conclude anything after so many rounds: half of them count when half of all packets are lost. */
export const MAX_ROUNDS = 60;

/** The probability of taking loss for a place that never answers: seven questions in vain beside seven that are answered. */
const MUTE_ERROR = 1e-4;

/** The probability of mistaking loss for silence that each test accepts. */
const SILENCE_ERROR = 1e-5;
/** The control itself is mute when so many of its sends are due and none is answered, in as many rounds that count. */
const CONTROL_LIMIT = 8;

export interface SilenceEvidence {
  /** Rounds whose companion was answered and whose reply, if it were coming, would be here. */
  readonly rounds: number;
  /** Control sends whose reply was due. */
  readonly controlSends: number;
  readonly controlAnswers: number;
}

/** Whether the reply to a send, if it were coming, would be here. */
export function isDue(now: number, { at }: Send, pace: Pace): boolean {
  return at + pace.patienceMs() <= now;
}

/** The sends whose reply, if it were coming, would be here. */
export function dueSends(now: number, sends: readonly Send[], pace: Pace): readonly Send[] {
  return sends.filter((send) => isDue(now, send, pace));
}

/** Whether a question was asked in vain where loss, as it was of its companions meanwhile, does not explain that. */
export function isMute({ sends, answer }: Probe, companion: Probe): boolean {
  const [first, last] = [sends[0], sends.at(-1)];
  if (answer || !first || !last) return false;
  const meanwhile = companion.sends.filter(
    ({ at, answeredAt }) => at >= first.at && (answeredAt !== null || at <= last.at),
  );
  const lost = meanwhile.length - answeredCount(meanwhile);
  return allLost(sends.length, { sends: meanwhile.length, lost }) <= MUTE_ERROR;
}

export function answeredCount(sends: readonly Send[]): number {
  return sends.filter(({ answeredAt }) => answeredAt !== null).length;
}

/** Silence is `proven`, or not yet (`open`), or can never be since the control itself is mute. */
export function judgeSilence({
  rounds,
  controlSends,
  controlAnswers,
}: SilenceEvidence): 'proven' | 'open' | 'control-mute' {
  if (controlAnswers === 0) return Math.min(rounds, controlSends) >= CONTROL_LIMIT ? 'control-mute' : 'open';
  return isSilenceProven(rounds, { sends: controlSends, lost: controlSends - controlAnswers }) ? 'proven' : 'open';
}

/** Whether loss alone would hardly ever take `rounds` replies in a row, given what the control has lost of its sends. */
export function isSilenceProven(rounds: number, control: { readonly sends: number; readonly lost: number }): boolean {
  return allLost(rounds, control) <= SILENCE_ERROR;
}

/**
 * The probability that all of `rounds` replies are lost, given what the control lost: the posterior predictive of a
 * beta-binomial with Jeffreys' prior. It takes account of how little a short control says, where a plain estimate of the
 * rate raised to the power of `rounds` would not.
 */
function allLost(rounds: number, { sends, lost }: { readonly sends: number; readonly lost: number }): number {
  let probability = 1;
  for (let round = 0; round < rounds; round++) probability *= (lost + 0.5 + round) / (sends + 1 + round);
  return probability;
}
