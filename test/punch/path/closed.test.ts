/** Why a path has ended, and when: told once, and nothing is taken from then on. */
import { describe, expect, it } from 'vitest';
import { now } from '../../../src/net/driver.ts';
import type { PathState } from '../../../src/punch/attempt/path-state.ts';
import { connect, openRelayedSide, openSide, refusalOf, type Side } from './sides.ts';

/** Two sides with a path between them, which are disposed of one after the other. */
function pairOf<S extends Side>(one: S, other: S) {
  return {
    one,
    other,
    [Symbol.asyncDispose]: async () => {
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

async function openPair() {
  const [one, other] = [await openSide('controlling'), await openSide('controlled')];
  await connect(one, other);
  return pairOf(one, other);
}

/** Two sides whose path goes through a relay of each. */
async function openRelayedPair() {
  const [one, other] = [await openRelayedSide('controlling'), await openRelayedSide('controlled')];
  const connected = await connect(one, other);
  expect(connected.map(({ pair }) => pair.socket)).toEqual(['relay', 'relay']);
  return pairOf(one, other);
}

/** Expects that the path takes nothing more, and says that it is over, and why. */
function expectOver({ path }: Side, why: string): void {
  expect(refusalOf(path)).toEqual({ code: 'path-over', message: `the path is over: ${why}` });
}

function statesOf({ path }: Side): readonly PathState[] {
  const states: PathState[] = [];
  path.onState((state) => states.push(state));
  return states;
}

describe('a path is over', () => {
  it('when the peer has said that it leaves', async () => {
    await using pair = await openPair();
    const { one, other } = pair;
    await one.path[Symbol.asyncDispose]();
    const { at } = await other.came('closed-by-peer');
    expect(await other.path.closed).toEqual({ reason: 'peer-left', at });
  });

  it('when this side disposes of it: at once, before the peer knows', async () => {
    await using pair = await openPair();
    const { one, other } = pair;
    const from = now();
    const disposed = one.path[Symbol.asyncDispose]();
    const to = now();
    expectOver(one, 'this side has disposed of it');
    const end = await one.path.closed;
    expect(end).toEqual({ reason: 'own-end', at: expect.any(Number) });
    expect([end.at >= from, end.at <= to]).toEqual([true, true]);
    expect([one.path.state(), other.path.state()]).toEqual(['live', 'live']);
    await disposed;
  });

  it('when the peer has not answered for 30 s', async () => {
    await using pair = await openPair();
    const { other } = pair;
    const states = statesOf(other);
    other.skip(30_000);
    const { at } = await other.came('consent-lost');
    expect(await other.path.closed).toEqual({ reason: 'consent-lost', at });
    expect(states).toEqual(['lost']);
    expectOver(other, 'the peer has not answered for 30 s');
  });

  it('for the first reason that there is', async () => {
    await using pair = await openPair();
    const { one, other } = pair;
    await one.path[Symbol.asyncDispose]();
    const { at } = await other.came('closed-by-peer');
    await other.path[Symbol.asyncDispose]();
    expect(await other.path.closed).toEqual({ reason: 'peer-left', at });
    expectOver(other, 'the peer has closed it');
  });

  it('when the relay that it goes through is lost: at once', async () => {
    await using pair = await openRelayedPair();
    const { one, other } = pair;
    const states = statesOf(one);
    const from = now();
    one.path.handleRelayLost();
    const to = now();
    expectOver(one, 'the relay that it went through is lost');
    const end = await one.path.closed;
    expect(end).toEqual({ reason: 'relay-lost', at: expect.any(Number) });
    expect([end.at >= from, end.at <= to]).toEqual([true, true]);
    expect([states, one.path.state(), one.agent.selected()]).toEqual([['lost'], 'lost', null]);
    expect(await one.path.ended).toBe('closed');
    // Nobody could tell the peer.
    expect(other.path.state()).toBe('live');
  });

  it('with the relay where the receiver of its state throws, too, and whoever disposes of it is told', async () => {
    const bug = new Error('a bug');
    const side = await openRelayedSide('controlling');
    await using other = await openRelayedSide('controlled');
    await connect(side, other);
    side.path.onState(() => {
      throw bug;
    });
    side.path.handleRelayLost();
    expect((await side.path.closed).reason).toBe('relay-lost');
    await expect(side.path[Symbol.asyncDispose]()).rejects.toBe(bug);
    await expect(side[Symbol.asyncDispose]()).rejects.toBe(bug);
  });
});

describe('a relay that is lost is nothing to', () => {
  it('a path that is not open yet', async () => {
    await using one = await openRelayedSide('controlling');
    await using other = await openRelayedSide('controlled');
    one.path.handleRelayLost();
    await connect(one, other);
    expect([one.path.state(), refusalOf(one.path)]).toEqual(['live', null]);
  });

  it('a path that has become direct', async () => {
    await using pair = await openRelayedPair();
    const { one, other } = pair;
    one.openGate();
    other.openGate();
    await Promise.all([one.came('pair-switched'), other.came('pair-switched')]);
    one.path.handleRelayLost();
    expect([one.path.state(), refusalOf(one.path)]).toEqual(['live', null]);
  });

  it('a path that was over before', async () => {
    await using pair = await openRelayedPair();
    const { one, other } = pair;
    await one.path[Symbol.asyncDispose]();
    const { at } = await other.came('closed-by-peer');
    other.path.handleRelayLost();
    expect([await other.path.closed, other.path.state()]).toEqual([{ reason: 'peer-left', at }, 'closed-by-peer']);
  });
});
