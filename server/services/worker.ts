/**
 * The program of a worker. It serves what it is told to until the first process says nothing more, because that has ended
 * or wants it to; signals of a terminal are for the first process.
 */
import { StartError } from '../start-error.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { serveWorker, type Worker } from './serve.ts';

const say = (message: FromWorker): void => {
  if (process.connected) process.send?.(message, () => {});
};
let worker: Worker | null = null;
/** What has come while the worker was still opening its sockets. */
const early: Parameters<Worker['hear']>[0][] = [];
let isOver = false;

process.on('message', (message: ToWorker) => {
  if (message.kind === 'start') void begin(message);
  else if (worker) worker.hear(message);
  else early.push(message);
});
process.on('disconnect', () => {
  isOver = true;
  void worker?.[Symbol.asyncDispose]();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

async function begin({ start }: Extract<ToWorker, { readonly kind: 'start' }>): Promise<void> {
  try {
    worker = await serveWorker(start, say);
    for (const message of early.splice(0)) worker.hear(message);
    say({ kind: 'ready' });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    say({ kind: 'failed', code: error.code, message: error.message });
  }
  if (isOver) await worker?.[Symbol.asyncDispose]();
}
