import { expect, it } from 'vitest';
import { GuestError } from '../../../../lab/docker/container/guest.ts';
import { startGuest } from '../../../../lab/docker/container/start-guest.ts';
import { EngineFullError } from '../../../../lab/docker/engine/answer/full.ts';

const HOLDER = { id: 'abc', name: 'client', labels: {} };

/** What comes of a guest whose container the engine refuses to create. */
async function refusal(said: string): Promise<unknown> {
  const docker = { createContainer: () => Promise.reject(new Error(`(HTTP code 500) server error - ${said} `)) };
  return startGuest(docker as never, HOLDER, { image: 'mine:1' }).catch((error: unknown) => error);
}

it('a guest that does not start for want of room on the disk of the engine says nothing of its image', async () => {
  const refused = await refusal('write /var/lib/docker/containers/1f/.tmp-hostconfig.json7: no space left on device');
  expect(refused).toBeInstanceOf(EngineFullError);
  expect((refused as Error).message).toBe(
    'the engine has no room left on its disk: write /var/lib/docker/containers/1f/.tmp-hostconfig.json7: no space left on device; natcheck lab prune removes what earlier labs have left',
  );
});

it('a guest that does not start for another reason is told with its image', async () => {
  const refused = await refusal('No such image: mine:1');
  expect(refused).toEqual(new GuestError('a container of mine:1 does not start: No such image: mine:1'));
});
