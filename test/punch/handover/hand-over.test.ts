/** A path that its process lets go of: on real sockets, and in which order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NatcheckServer } from '../../../server/index.ts';
import { openUdpSocket } from '../../../src/net/udp-socket.ts';
import { handOver } from '../../../src/punch/handover/hand-over.ts';
import type { HandedOver } from '../../../src/punch/handover/handed-over.ts';
import { measurePath } from '../../../src/punch/path/health.ts';
import type { Path, PathStats } from '../../../src/punch/path/path.ts';
import type { SolePunchResult } from '../../../src/punch/result.ts';
import { startPunch, startPunchServer } from '../punches.ts';

describe('two punches on loopback', () => {
  let server: NatcheckServer;
  beforeAll(async () => {
    server = await startPunchServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const pairIn = async (
    room: string,
  ): Promise<readonly [SolePunchResult & { path: Path }, SolePunchResult & { path: Path }]> => {
    const sides = [
      { id: 'alice', peer: 'bob' },
      { id: 'bob', peer: 'alice' },
    ].map(async (ids) => {
      const result = await startPunch(server, { ...ids, room, portMapping: false }).result;
      if (!result.path) throw new Error(`no path: ${result.report.reason}`);
      return { ...result, path: result.path };
    });
    const [alice, bob] = await Promise.all(sides);
    if (!alice || !bob) throw new Error('not two');
    return [alice, bob];
  };

  it('leave their ports to others, who then have the path', async () => {
    const sides = await pairIn('both');
    const measured = await Promise.all(sides.map(({ path }) => measurePath(path, { use: 'hand-over' })));
    expect(measured.map(({ peerUse, health }) => [peerUse, health.liveness])).toEqual(
      Array(2).fill(['hand-over', 'alive']),
    );
    const [alice, bob] = (await Promise.all(sides.map((side) => side.handOver()))) as [HandedOver, HandedOver];
    expect([alice.local, alice.remote]).toEqual([bob.remote, bob.local]);
    await using one = await openUdpSocket(alice.local);
    await using other = await openUdpSocket(bob.local);
    const heard = new Promise((resolve) => other.onDatagram((bytes, from) => resolve([[...bytes], from])));
    one.send(Uint8Array.of(1, 2, 3), alice.remote, () => {});
    expect(await heard).toEqual([[1, 2, 3], alice.local]);
  });

  it('of which one lets go leave the other without a farewell', async () => {
    const [alice, bob] = await pairIn('one');
    await using _ = bob;
    await using handed = await alice.handOver();
    await using socket = await openUdpSocket(handed.local);
    const came = new Promise((resolve) => socket.onDatagram((bytes) => resolve([...bytes])));
    bob.path.send(Uint8Array.of(7));
    // A check of bob's may come first.
    await came;
    expect(bob.path.state()).toBe('live');
  });

  it('that have failed have nothing to hand over', async () => {
    const { result } = startPunch(server, { id: 'carol', peer: 'nobody', room: 'failed', waitMs: 100 });
    await expect((await result).handOver()).rejects.toThrow('only a direct path can be handed over');
  });
});

describe('handing over', () => {
  const endpoint = { address: '203.0.113.7', port: 40_000 };
  const bound = { address: '10.0.0.2', port: 5000 };
  const pairOf = (parts: {
    readonly bound: typeof bound | null;
    readonly remote: 'srflx' | 'relay';
  }): PathStats['pair'] => ({
    local: { type: 'srflx', endpoint, bound: parts.bound },
    remote: { type: parts.remote, endpoint },
  });
  const partsOf = (
    pair: PathStats['pair'],
    done: string[],
    end = async (): Promise<void> => void done.push('end'),
  ) => ({
    path: { stats: () => ({ pair }) as PathStats },
    giveUp: async () => void done.push('give up'),
    ground: {
      keepMappings: () => ({ [Symbol.asyncDispose]: async () => void done.push('give the mappings back') }),
    },
    end,
  });

  it('keeps what the router has mapped until it is disposed of', async () => {
    const done: string[] = [];
    const handed = await handOver(partsOf(pairOf({ bound, remote: 'srflx' }), done));
    expect([handed.local, handed.remote, done]).toEqual([bound, endpoint, ['give up', 'end']]);
    await handed[Symbol.asyncDispose]();
    expect(done).toEqual(['give up', 'end', 'give the mappings back']);
  });

  it('that fails gives back what the router has mapped', async () => {
    const done: string[] = [];
    const parts = partsOf(pairOf({ bound, remote: 'srflx' }), done, () => Promise.reject(new Error('stuck')));
    await expect(handOver(parts)).rejects.toThrow('stuck');
    expect(done).toEqual(['give up', 'give the mappings back']);
  });

  it.each([
    ['through a relay of its own', pairOf({ bound: null, remote: 'srflx' })],
    ['through a relay of the peer', pairOf({ bound, remote: 'relay' })],
    ['that is none', null],
  ])('a path %s is refused, and nothing ends', async (_name, pair) => {
    const done: string[] = [];
    await expect(handOver(partsOf(pair, done))).rejects.toThrow('only a direct path can be handed over');
    expect(done).toEqual([]);
  });
});
