/** A room in the place of a former one that the server has not noticed to be gone. */
import { expect, it } from 'vitest';
import { openRoom } from '../../../src/punch/open-room.ts';
import type { RoomSeat } from '../../../src/punch/options.ts';
import { portsOf, startPunchServer } from '../punches.ts';

it('takes the id of the former one at once', async () => {
  await using server = await startPunchServer();
  const where = {
    ...{ id: 'alice', server: `127.0.0.1:${portsOf(server).port}`, portMapping: false },
    rendezvous: `ws://127.0.0.1:${server.httpPort}`,
  };
  const open = async (seat: RoomSeat) => {
    const seen = Promise.withResolvers<'seen'>();
    const room = await openRoom({ ...where, seat, onSeen: () => seen.resolve('seen') });
    return { room, outcome: Promise.race([seen.promise, room.over.then(({ detail }) => detail)]) };
  };
  const seat: RoomSeat = { resumeKey: undefined };
  const former = await open(seat);
  await using _former = former.room;
  expect(await former.outcome).toBe('seen');
  const next = await open(seat);
  await using _next = next.room;
  expect(await next.outcome).toBe('seen');
});
