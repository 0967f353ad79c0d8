/** The process of one worker, as the first process has it: told, and ended. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ToWorker } from './messages.ts';

/** How long a worker may take to close its sockets before it is killed. */
const END_TIMEOUT_MS = 2_000;
/** So many messages wait only for a worker that reads none. */
const UNREAD_MAX = 1_000;

export interface Running {
  readonly child: ChildProcess;
  /** Whether it serves. */
  isReady: boolean;
  /** How many messages are still to leave for it. */
  unread: number;
}

export function createRunning(child: ChildProcess): Running {
  return { child, isReady: false, unread: 0 };
}

/** Whether it reads what it is told. */
export function isReading({ unread }: Running): boolean {
  return unread < UNREAD_MAX;
}

/** Returns false when it cannot be told any more. */
export function tell(running: Running, message: ToWorker): boolean {
  const { child } = running;
  if (!child.connected) return false;
  running.unread++;
  child.send(message, () => {
    running.unread--;
  });
  return true;
}

/** Has it close what it has open, and resolves when it has ended. */
export async function endRunning({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  const killing = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  await exited;
  clearTimeout(killing);
}
