/** A path over real sockets, and how it ends. */
import { describe, expect, it } from 'vitest';
import { now } from '../../../src/net/driver.ts';
import type { PathState } from '../../../src/punch/attempt/path-state.ts';
import { connect, openSide, refusalOf, type Side } from './sides.ts';

/** The next state that it comes to. */
const nextState = ({ path }: Side): Promise<PathState> => new Promise((resolve) => path.onState(resolve));

it('ends only when the other side, which began later, has its path too', async () => {
  await using early = await openSide('controlling');
  await using late = await openSide('controlled');
  early.begin(late);
  await early.came('connected');
  const end = early.path[Symbol.asyncDispose]();
  late.begin(early);
  await late.came('connected');
  await end;
});

/** A Binding indication (RFC 8489 §5). */
const isFarewell = (bytes: Uint8Array): boolean => bytes[0] === 0x00 && bytes[1] === 0x11;

describe.concurrent('a path', () => {
  it('that the peer disposes of ends at once, says so, and takes nothing more', async () => {
    await using one = await openSide('controlling');
    await using other = await openSide('controlled');
    await connect(one, other);
    const state = nextState(other);
    const startedAt = now();
    await one.path[Symbol.asyncDispose]();
    expect(await state).toBe('closed-by-peer');
    // Gently: for as long as the peer may have needed answers, and no longer.
    expect(now() - startedAt).toBeLessThan(1000);
    expect([other.path.state(), refusalOf(other.path)]).toEqual([
      'closed-by-peer',
      { code: 'path-over', message: 'the path is over: the peer has closed it' },
    ]);
    expect(await nextState(other)).toBe('closed-by-peer');
  });

  it('ends as soon where two farewells out of three are lost', async () => {
    let farewells = 0;
    await using one = await openSide('controlling', {
      fate: (bytes) => (!isFarewell(bytes) || ++farewells === 3 ? 'sent' : 'lost'),
    });
    await using other = await openSide('controlled');
    await connect(one, other);
    const state = nextState(other);
    await one.path[Symbol.asyncDispose]();
    expect(await state).toBe('closed-by-peer');
    expect(farewells).toBe(3);
  });

  it('whose peer falls silent is doubtful 5 to 7.5 s later, takes data meanwhile, and is live when it answers', async () => {
    let isMute = false;
    await using one = await openSide('controlling', { fate: () => (isMute ? 'lost' : 'sent') });
    await using other = await openSide('controlled');
    await connect(one, other);
    const mutedAt = now();
    isMute = true;
    expect(await nextState(other)).toBe('doubtful');
    expect(now() - mutedAt).toBeGreaterThan(4000);
    expect(now() - mutedAt).toBeLessThan(8500);
    expect([other.path.state(), refusalOf(other.path)]).toEqual(['doubtful', null]);
    isMute = false;
    expect(await new Promise((resolve) => other.path.onState((state) => state === 'live' && resolve(state)))).toBe(
      'live',
    );
  });
});
