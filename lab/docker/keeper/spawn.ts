/** Starts a keeper, listens to it until its lab is ready, and leaves it running. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { PROJECT_VARIABLE, placesOf } from '../engine/installed-testcontainers.ts';
import type { Progress } from '../engine/provision.ts';
import type { KeeperMessage, Started } from './channel.ts';

export interface SpawnOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs `argv`, which is to call `keepLab`, apart from this terminal and its signals.
 * When the signal aborts first, the keeper is told to end, and its end waited for.
 * @throws the signal's reason, or Error with what the keeper has said when it ends without a word.
 */
export async function startKeeper(argv: readonly string[], { progress, signal }: SpawnOptions): Promise<Started> {
  signal.throwIfAborted();
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'ipc'];
  const env = { ...process.env, [PROJECT_VARIABLE]: placesOf(process.env).project };
  const keeper = spawn(process.execPath, argv, { detached: true, cwd: '/', stdio, env });
  const ended = once(keeper, 'close');
  const said = keeper.stderr ? text(keeper.stderr).catch(() => '') : '';
  const stop = (): void => {
    progress('ending what has been started');
    keeper.kill('SIGTERM');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const started = await Promise.race([lastWord(keeper, progress), ended.then(() => null)]);
    if (started?.kind === 'ready' && !signal.aborted) {
      release(keeper);
      return started;
    }
    await ended;
    signal.throwIfAborted();
    if (started !== null) return started;
    throw new Error(`the keeper of the lab has ended without a word\n${await said}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function lastWord(keeper: ChildProcess, progress: Progress): Promise<Started> {
  return new Promise((resolve) => {
    keeper.on('message', (message: KeeperMessage) => {
      if (message.kind === 'progress') progress(message.line);
      else resolve(message);
    });
  });
}

/** Lets it run without this process. */
function release(keeper: ChildProcess): void {
  keeper.disconnect();
  keeper.stderr?.destroy();
  keeper.unref();
}
