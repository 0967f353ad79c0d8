import { expect, it } from 'vitest';
import { TunnelStreamError } from '../../../../src/tunnel/errors.ts';
import { createCurrentTunnel } from '../../../../src/tunnel/forward/listen/current-tunnel.ts';
import type { Tunnel, TunnelStream } from '../../../../src/tunnel/tunnel.ts';
import { createManualClock } from '../clock.ts';

const NEVER = new AbortController().signal;

/** A tunnel whose streams are opened so. */
function tunnelThat(open: Tunnel['open']): Tunnel {
  return { open, closed: new Promise(() => {}) } as unknown as Tunnel;
}

/** Lets what was decided at once be done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A connection that is opened through a tunnel, which turns out to be lost so much later. */
async function openedBeforeLoss(silentMs: number) {
  const clock = createManualClock();
  const current = createCurrentTunnel(clock);
  const lost = Promise.withResolvers<never>();
  current.use(tunnelThat(() => lost.promise));
  const opened = current.open('tcp 22', NEVER);
  await settled();
  clock.advance(silentMs);
  lost.reject(new TunnelStreamError('lost', 'the peer has been restarted'));
  await settled();
  return { clock, current, opened };
}

it('a connection waits 5 s for a tunnel from when there is none, however long the former one was silent before', async () => {
  const { clock, current, opened } = await openedBeforeLoss(6_000);
  clock.advance(4_999);
  const stream = {} as TunnelStream;
  current.use(tunnelThat(async () => stream));
  expect((await opened).stream).toBe(stream);
  expect(clock.pending()).toBe(0);
});

it('a connection waits 20 s in all, for tunnels and for an answer', async () => {
  const { clock, opened } = await openedBeforeLoss(19_000);
  clock.advance(1_000);
  await expect(opened).rejects.toThrow('the other side does not answer');
});
