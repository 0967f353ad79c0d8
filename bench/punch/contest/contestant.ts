/** The contestants that bench/punch/punch.ts compares: ways for the clients of two sites to open a direct path repeatedly. */
import type { Lab, LabSite } from '../../../lab/index.ts';

export interface Pair {
  readonly lab: Lab;
  readonly a: LabSite;
  readonly b: LabSite;
}

/** Milliseconds by the name of what they count. */
export type Times = Readonly<Record<string, readonly number[]>>;

export interface Meetings extends AsyncDisposable {
  /** The two meet as if they never had. @throws Error when no direct path comes of it. */
  meet(): Promise<Times>;
}

export interface Contestant {
  readonly name: string;
  /** Starts what has to be warm, on both sides. */
  start(pair: Pair): Promise<Meetings>;
}
