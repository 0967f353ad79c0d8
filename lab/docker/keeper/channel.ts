/** The channel between the keeper of a lab and the process that started it. */
import { UsageError } from '../../../src/errors.ts';
import type { LabFailure } from './failure.ts';
import type { RunningLab } from './running-lab.ts';

/** What the keeper tells its parent: progress, then how the start ended. */
export type KeeperMessage = { readonly kind: 'progress'; readonly line: string } | Started;

/** How the start of a lab ended. */
export type Started =
  | { readonly kind: 'ready'; readonly lab: RunningLab }
  | { readonly kind: 'failed'; readonly failure: LabFailure };

/** The keeper's end of the channel. */
export interface Parent {
  tell(message: KeeperMessage): Promise<void>;
}

/**
 * Connects the keeper to its parent. Until the lab is ready it belongs to the parent: if that dies first, this process is
 * told to end as if by a signal.
 * @throws UsageError when this process was not started by natcheck.
 */
export function connectParent(): Parent {
  if (process.send === undefined) throw new UsageError('natcheck lab up starts the keeper; it is of no use by hand');
  const send = process.send.bind(process);
  const orphaned = (): void => void process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', orphaned);
  return {
    tell: async (message) => {
      if (message.kind !== 'progress') process.off('disconnect', orphaned);
      // It is no error when the parent has gone and hears nothing.
      if (process.connected) await new Promise<void>((resolve) => send(message, undefined, {}, () => resolve()));
    },
  };
}
