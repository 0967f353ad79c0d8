/** What the keeper of a lab tells the process that has started it. */
import type { LabFailure } from '../failure.ts';
import type { RunningLab } from './running-lab.ts';

export type KeeperMessage =
  | { readonly kind: 'progress'; readonly line: string }
  /** The last one, of these two. */
  | { readonly kind: 'ready'; readonly lab: RunningLab }
  | { readonly kind: 'failed'; readonly failure: LabFailure };
