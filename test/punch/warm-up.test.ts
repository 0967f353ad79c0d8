/** The warm-up takes no socket and leaves nothing behind. */
import { expect, it } from 'vitest';
import { warmUp } from '../../src/punch/warm-up.ts';

it('comes to its end, with no handle open that was not before', async () => {
  const before = process.getActiveResourcesInfo().length;
  await warmUp();
  expect(process.getActiveResourcesInfo().length).toBe(before);
});
