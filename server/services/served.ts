/** How the start of a worker ends. */
import type { ChildProcess } from 'node:child_process';
import { StartError } from '../start-error.ts';
import type { FromWorker } from './messages.ts';

/** Resolves when the worker serves. @throws StartError when it says why it cannot, Error when it ends without a word. */
export function served(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve();
      if (message.kind === 'failed') reject(new StartError(message.code, message.message));
    });
    child.once('exit', (code, signal) => reject(new Error(`a worker has ended at its start: ${signal ?? code}`)));
  });
}
