/** Rooms that are doubles, of which another one is opened when the former one is over. */
import { expect, it } from 'vitest';
import type { PunchRoom, RoomOptions } from '../../../src/punch/options.ts';
import { keepRoom, type RoomFailure } from '../../../src/tunnel/link/room-keeper.ts';

const NOBODY: AsyncIterable<string> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };

/** Opens rooms that stay open until they are disposed of. */
function createRooms() {
  const open = new Set<PunchRoom>();
  const openRoomOnce = (over: Promise<RoomFailure>): PunchRoom => {
    const room = {
      ...{ present: NOBODY, incoming: NOBODY, over, leave: async () => {} },
      [Symbol.asyncDispose]: async () => void open.delete(room),
    } as unknown as PunchRoom;
    open.add(room);
    return room;
  };
  return { open, openRoomOnce };
}

it('that is disposed of while another room is being opened ends that, and leaves no room open', async () => {
  const { open, openRoomOnce } = createRooms();
  const over = Promise.withResolvers<RoomFailure>();
  const release = Promise.withResolvers<void>();
  const opening = Promise.withResolvers<RoomOptions>();
  const openings = [
    async ({ onSeen }: RoomOptions): Promise<PunchRoom> => {
      onSeen?.({ address: '192.0.2.1', port: 1 });
      return openRoomOnce(over.promise);
    },
    async (options: RoomOptions): Promise<PunchRoom> => {
      opening.resolve(options);
      await release.promise;
      return openRoomOnce(new Promise(() => {}));
    },
  ];
  const nothing = (): void => {};
  const keeper = await keepRoom({
    open: (room) => openings.shift()?.(room) ?? Promise.reject(new Error('one room too many')),
    ...{ room: { id: 'a' }, signal: new AbortController().signal, onReady: nothing, onPresent: nothing },
    ...{ onAsked: nothing, onMoved: nothing, onDoubt: nothing, onFailed: nothing, onBroken: nothing },
  });
  over.resolve({ reason: 'rendezvous-lost', detail: null });
  const { signal } = await opening.promise;
  const disposed = keeper[Symbol.asyncDispose]();
  release.resolve();
  await disposed;
  expect([signal?.aborted, open.size]).toEqual([true, 0]);
});
