/** The look at a path that its peer closes meanwhile. */
import { expect, it } from 'vitest';
import type { PathState } from '../../../src/punch/attempt/path-state.ts';
import { measureHealth } from '../../../src/punch/path/health.ts';
import type { Path } from '../../../src/punch/path/path.ts';
import { PathSendError } from '../../../src/punch/path/send-error.ts';

/** A peer that answers at once, and closes the path when it is sent its probe number `closesAt`. */
function pathUntil(closesAt: number): Pick<Path, 'send' | 'state' | 'onData'> {
  let state: PathState = 'live';
  let receive = (_bytes: Uint8Array): void => {};
  return {
    send: (bytes) => {
      const [, number = 0] = bytes;
      if (number === closesAt) state = 'closed-by-peer';
      if (state !== 'live') throw new PathSendError('path-over', 'the path is over: the peer has closed it');
      receive(Uint8Array.of(1, number));
    },
    state: () => state,
    onData: (next) => {
      receive = next;
    },
  };
}

it('tells what was measured until then', async () => {
  const health = await measureHealth(pathUntil(5));
  expect(health).toMatchObject({ probes: 5, lost: 0, rttMs: { min: expect.any(Number) }, liveness: 'alive' });
});

it('tells of nothing where the peer was gone before the first probe', async () => {
  expect(await measureHealth(pathUntil(255))).toEqual({
    probes: 0,
    lost: 0,
    rttMs: null,
    liveness: 'undetermined',
    unanswered: 0,
  });
});
