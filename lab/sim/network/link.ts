/** One direction of a link: when each packet that enters it comes out, by latency, jitter, loss, order and copies. */
import { requireNumber } from './misuse.ts';
import type { Random } from './random.ts';

export interface LinkConditions {
  /** One way, in ms. */
  readonly latencyMs: number;
  /** Added to the latency, uniformly from 0 to this. Jitter alone does not change the order of packets. */
  readonly jitterMs: number;
  /** The probability that a packet is lost. */
  readonly loss: number;
  /** The mean length of a run of losses, in packets, from 1 on; 0 is independent losses. */
  readonly lossBurst: number;
  /** The probability that a packet is held back for `holdMs`, while later ones pass it. */
  readonly reordering: number;
  /** In ms. */
  readonly holdMs: number;
  /** The probability that a packet comes out twice. */
  readonly duplication: number;
}

/** The two directions of a link, seen from the host or site that it connects: up is away from it. */
export interface Link {
  readonly up: LinkConditions;
  readonly down: LinkConditions;
}

export const PERFECT_CONDITIONS: LinkConditions = {
  latencyMs: 0,
  jitterMs: 0,
  loss: 0,
  lossBurst: 0,
  reordering: 0,
  holdMs: 0,
  duplication: 0,
};

export const PERFECT_LINK: Link = { up: PERFECT_CONDITIONS, down: PERFECT_CONDITIONS };

/**
 * A link with the same conditions in both directions; what is not given is perfect.
 * @throws RangeError when a time is negative, or a probability not from 0 to 1.
 */
export function symmetricLink(conditions: Partial<LinkConditions>): Link {
  const both = { ...PERFECT_CONDITIONS, ...conditions };
  requireConditions(both);
  return { up: both, down: both };
}

/** @throws RangeError as symmetricLink does. */
function requireConditions(conditions: LinkConditions): void {
  for (const time of ['latencyMs', 'jitterMs', 'holdMs'] as const) requireNumber(time, conditions[time], { min: 0 });
  for (const probability of ['loss', 'reordering', 'duplication'] as const) {
    requireNumber(probability, conditions[probability], { min: 0, max: 1 });
  }
  if (conditions.lossBurst !== 0) requireNumber('lossBurst', conditions.lossBurst, { min: 1 });
}

/** When a packet that enters at `now` comes out: never, once or twice. */
export type Pipe = (now: number) => readonly number[];

/**
 * Every packet takes the same number of draws, so that the fate of one does not shift that of another.
 * @throws RangeError as symmetricLink does.
 */
export function createPipe(conditions: LinkConditions, random: Random): Pipe {
  requireConditions(conditions);
  const { latencyMs, jitterMs, reordering, holdMs, duplication } = conditions;
  const loses = createLoss(conditions);
  let lastArrival = Number.NEGATIVE_INFINITY;
  return (now) => {
    const isLost = loses(random.next());
    const isHeld = random.next() < reordering;
    const isDuplicated = random.next() < duplication;
    const delayMs = latencyMs + random.next() * jitterMs;
    const copyDelayMs = latencyMs + random.next() * jitterMs;
    if (isLost) return [];
    const inOrder = Math.max(now + delayMs, lastArrival);
    if (!isHeld) lastArrival = inOrder;
    const arrival = isHeld ? inOrder + holdMs : inOrder;
    return isDuplicated ? [arrival, Math.max(now + copyDelayMs, arrival)] : [arrival];
  };
}

/** Whether a packet with that draw is lost: independently, or by the two states of E. N. Gilbert's burst-noise channel (1960). */
function createLoss({ loss, lossBurst }: LinkConditions): (draw: number) => boolean {
  if (lossBurst <= 0) return (draw) => draw < loss;
  let wasLost = false;
  // In the long run `loss` of the packets are lost, and a run of losses ends with each packet at 1 in `lossBurst`.
  const begins = loss / (lossBurst * (1 - loss));
  const goesOn = 1 - 1 / lossBurst;
  return (draw) => {
    wasLost = draw < (wasLost ? goesOn : begins);
    return wasLost;
  };
}
