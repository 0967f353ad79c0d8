/** What is known of the health of a path while it is measured, and what comes of it. */
import type { PathState } from '../path-state.ts';
import type { PathUse } from './use.ts';

/** How many probes are measured. */
export const PROBES = 20;

export interface PathHealth {
  /** How many probes were sent; if the peer has closed the path meanwhile, only those that it had time to answer count. */
  readonly probes: number;
  readonly lost: number;
  /** Round-trip times of the echoes that came; null if there were none. */
  readonly rttMs: { readonly min: number; readonly mean: number; readonly max: number } | null;
  /**
   * Whether the path still worked at the end: `alive` if the last word was an answer of the peer; `lost` if the path has
   * ended by itself, or if the last probes were not answered, which loss does not explain, and no check was either, or none
   * of the probes within 10 s; `undetermined` if the peer has never measured, or closed the path before the first answer.
   */
  readonly liveness: 'alive' | 'lost' | 'undetermined';
  /** How many probes in a row had no answer at the end, although there was time for one; not only of the measured ones. */
  readonly unanswered: number;
}

export type HealthOutput =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  /** `peerUse` is what the far side has the path for; null where it has told nothing. */
  | { readonly kind: 'done'; readonly health: PathHealth; readonly peerUse: PathUse | null };

export interface MeasurementOptions {
  /** Tells how the path is now. */
  readonly pathState: () => PathState;
  /** What this side has the path for; default: to measure it. */
  readonly use?: PathUse | undefined;
}

export interface State extends MeasurementOptions {
  readonly use: PathUse;
  /** What the far side has the path for, as it has told last; null before that. */
  peerUse: PathUse | null;
  /**
   * `calling`: until the far side answers; `measuring`: the probes; `closing`: until both sides know that all probes are sent;
   * `leaving`: until both sides know that the other needs nothing more; `quiet`: until nothing is on its way any more.
   */
  phase: 'calling' | 'measuring' | 'closing' | 'leaving' | 'quiet';
  phaseAt: number;
  /** When the next probe is due; Infinity once the measurement is over. */
  probeAt: number;
  /** When each measured probe was sent. */
  readonly sentAt: number[];
  /** The round trip of each measured probe that has been answered. */
  readonly rtts: Map<number, number>;
  /** When each of the probes went out that were sent since the last answer, in that order. */
  unanswered: number[];
  /** When the last answer came; null before the first. */
  answeredAt: number | null;
  /** When the far side's last probe came; null before the first. */
  heardAt: number | null;
  /** What the far side has acknowledged of this side, and what this side has heard of the far side. */
  readonly told: Progress;
  readonly heard: Progress;
  readonly outputs: HealthOutput[];
}

interface Progress {
  /** All probes are sent. */
  isThrough: boolean;
  /** Nothing more is needed. */
  isContent: boolean;
}

export function createState(now: number, { pathState, use = 'measure' }: MeasurementOptions): State {
  return {
    ...{ pathState, use, peerUse: null },
    ...{ phase: 'calling', phaseAt: now, probeAt: now },
    ...{ sentAt: [], rtts: new Map(), unanswered: [] },
    ...{ answeredAt: null, heardAt: null, told: noProgress(), heard: noProgress() },
    outputs: [],
  };
}

function noProgress(): Progress {
  return { isThrough: false, isContent: false };
}

export function longestRttMs({ rtts }: State): number {
  return Math.max(0, ...rtts.values());
}
