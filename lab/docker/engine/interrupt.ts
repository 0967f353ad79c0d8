/** Cleans up when the process is told to stop (Ctrl-C, SIGTERM, SIGHUP): what was started last ends first. */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Cleanup = () => Promise<void>;

const cleanups: Cleanup[] = [];

/** Runs `cleanup` when a signal ends this process before the returned registration is disposed. */
export function onInterrupt(cleanup: Cleanup): Disposable {
  if (cleanups.length === 0) for (const signal of SIGNALS) process.on(signal, interrupted);
  cleanups.push(cleanup);
  return {
    [Symbol.dispose]() {
      const index = cleanups.indexOf(cleanup);
      if (index === -1) return;
      cleanups.splice(index, 1);
      if (cleanups.length === 0) for (const signal of SIGNALS) process.off(signal, interrupted);
    },
  };
}

async function interrupted(signal: NodeJS.Signals): Promise<void> {
  process.exitCode = 128 + constants.signals[signal];
  // What was in use is now taken away. Whatever fails from here on fails because of that, and must not cut this short.
  process.on('uncaughtException', () => {});
  for (;;) {
    const cleanup = cleanups.pop();
    if (cleanup === undefined) break;
    await cleanup().catch(() => {}); // The next one must be ended even so; the process ends by the signal in any case.
  }
  for (const name of SIGNALS) process.off(name, interrupted);
  process.kill(process.pid, signal);
}

/**
 * Runs `work`, which should end soon after it is told to stop, and lets no signal end this process before that. Libraries
 * that end the process on a signal do so only when nothing else listens for it.
 */
export async function beforeInterrupt<T>(work: () => Promise<T>): Promise<T> {
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  // It is registered first, so it runs after the cleanups of everything that `work` starts.
  using _ = onInterrupt(() => done);
  try {
    return await work();
  } finally {
    finish();
  }
}
