/** A worker that reads nothing of what it is told. */
import { expect, it } from 'vitest';
import { forkWorker } from '../../../server/services/program.ts';
import { createRunning, isReading, tell } from '../../../server/services/running.ts';
import { ownedProcess } from '../../owner/owned-by-test.ts';

it('a worker that reads no messages is found out before many wait for it, and is told more when it reads again', async () => {
  const running = createRunning(ownedProcess(forkWorker()));
  const message = {
    kind: 'send-to-partner',
    bytes: new Uint8Array(1_000),
    to: { address: '127.0.0.1', port: 9 },
  } as const;
  running.child.kill('SIGSTOP');
  // Three times what waits at most, beyond what the system keeps for it.
  for (let told = 0; told < 3_000 && isReading(running); told++) tell(running, message);
  expect(isReading(running)).toBe(false);
  running.child.kill('SIGCONT');
  await expect.poll(() => isReading(running)).toBe(true);
});
