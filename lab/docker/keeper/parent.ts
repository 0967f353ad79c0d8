/** The keeper's end of the channel to the process that has started it. */
import { UsageError } from '../../../src/errors.ts';
import type { KeeperMessage } from './message.ts';

export interface Parent {
  tell(message: KeeperMessage): Promise<void>;
}

/**
 * Until the lab is ready it is its parent's: should that die before, this process is told to end as if by a signal.
 * @throws UsageError when no natcheck has started this process.
 */
export function connectParent(): Parent {
  if (process.send === undefined) throw new UsageError('natcheck lab up starts the keeper; it is of no use by hand');
  const send = process.send.bind(process);
  const orphaned = (): void => void process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', orphaned);
  return {
    tell: async (message) => {
      if (message.kind !== 'progress') process.off('disconnect', orphaned);
      // A parent that has gone hears nothing, which is no error.
      if (process.connected) await new Promise<void>((resolve) => send(message, undefined, {}, () => resolve()));
    },
  };
}
