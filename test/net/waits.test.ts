import { expect, it } from 'vitest';
import { pause } from '../../src/net/waits.ts';

it('an aborted pause rejects with the very reason of its signal, before or while it waits', async () => {
  const reason = new Error('enough');
  await expect(pause(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const abort = new AbortController();
  const waiting = pause(60_000, abort.signal);
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});
