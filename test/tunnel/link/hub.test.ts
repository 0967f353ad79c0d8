/** Whom a link tries to connect to, and for how long, when many ask who are never met. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ConnectOptions, PunchRoom } from '../../../src/punch/options.ts';
import { createHub, type Hub } from '../../../src/tunnel/link/hub.ts';
import type { LinkEvent, LinkedPeers } from '../../../src/tunnel/link/link.ts';
import type { RoomKeeper } from '../../../src/tunnel/link/room-keeper.ts';

interface Watched extends AsyncDisposable {
  readonly hub: Hub;
  readonly events: readonly LinkEvent[];
  /** Who is being met, in the order of the attempts, and how long each is waited for. */
  readonly met: ReadonlyMap<string, number | undefined>;
}

/** A hub in a room in which nobody is ever met. */
function hubOf(peers: LinkedPeers, waitMs: number, onRelease = async (): Promise<void> => {}): Watched {
  const met = new Map<string, number | undefined>();
  const connect = async (peer: string, { waitMs: of, signal }: ConnectOptions = {}): Promise<never> => {
    signal?.throwIfAborted();
    met.set(peer, of);
    const { promise, reject } = Promise.withResolvers<never>();
    signal?.addEventListener('abort', () => {
      met.delete(peer);
      reject(signal.reason);
    });
    return promise;
  };
  const room = { connect } as unknown as PunchRoom;
  const keeper = {
    hold: () => ({ room, [Symbol.asyncDispose]: onRelease }),
    doubt: () => {},
  } as unknown as RoomKeeper;
  const events: LinkEvent[] = [];
  const hub = createHub({
    ...{ keeper, peers, waitMs, patienceMs: 1_000, instance: randomBytes(16), identity: { kind: 'anyone' } },
    udx: null as never,
    onTunnel: () => {},
    onEvent: (event) => events.push(event),
    onEnd: () => {},
  });
  hub.start();
  return { hub, events, met, [Symbol.asyncDispose]: hub[Symbol.asyncDispose] };
}

/** Lets what was decided at once be done. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
};

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `peer ${index + 1}`);

it.each([
  ['everyone', 64],
  ['first', 8],
] as const)(
  'of %s at most %i are tried at once: whoever has waited longest gives way to the next one',
  async (kind, max) => {
    await using watched = hubOf({ kind }, Number.POSITIVE_INFINITY);
    for (const name of names(max + 2)) {
      watched.hub.asked(name);
      await settled();
    }
    expect([...watched.met.keys()]).toEqual(names(max + 2).slice(2));
  },
);

it('whoever has asked is waited for 20 s at most, and no longer than anybody is', async () => {
  await using forever = hubOf({ kind: 'everyone' }, Number.POSITIVE_INFINITY);
  forever.hub.asked('one');
  await using briefly = hubOf({ kind: 'everyone' }, 5_000);
  briefly.hub.asked('one');
  await using wanted = hubOf({ kind: 'one', id: 'one' }, 60_000);
  await settled();
  const waits = [forever, briefly, wanted].map(({ met }) => Math.round((met.get('one') ?? 0) / 1_000));
  expect(waits).toEqual([20, 5, 60]);
});

it('of those who are not wanted five are told, each once', async () => {
  await using watched = hubOf({ kind: 'one', id: 'bob' }, 60_000);
  for (const name of [...names(9), ...names(9)]) watched.hub.asked(name);
  expect(watched.events.filter(({ kind }) => kind === 'stranger')).toEqual(
    names(5).map((peer) => ({ kind: 'stranger', peer })),
  );
});

it('all whom it is connected to are left at once, not one after another', async () => {
  let leaving = 0;
  const left = Promise.withResolvers<void>();
  const { hub } = hubOf({ kind: 'everyone' }, Number.POSITIVE_INFINITY, () => {
    leaving++;
    return left.promise;
  });
  for (const name of names(5)) hub.asked(name);
  await settled();
  const disposed = hub[Symbol.asyncDispose]();
  await settled();
  expect(leaving).toBe(5);
  left.resolve();
  await disposed;
});
