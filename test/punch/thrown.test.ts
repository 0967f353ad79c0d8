/** What a user's callback throws comes out of the punch that called it, whatever called it; and nothing is left behind. */
import { describe, expect, it } from 'vitest';
import type { PunchEvent } from '../../src/punch/report/steps.ts';
import { join, ROOM } from '../net/rendezvous/peers.ts';
import { isStep, startPunch, startPunchServer } from './punches.ts';

const isPlan = ({ kind }: PunchEvent): boolean => kind === 'plan';

describe('a callback that throws', () => {
  it.each([
    ['at the first step', isStep(1)],
    ['at the plan', isPlan],
    ['when a timer has sent the first check', isStep(5)],
    ['when a socket has got a check', isStep(6)],
    ['when the path is open', isStep(7)],
  ])('%s rejects the punch with that, and the room is left', async (_when, isIt) => {
    await using server = await startPunchServer();
    const bug = new Error('a bug of the user');
    const fail = (event: PunchEvent): void => {
      if (isIt(event)) throw bug;
    };
    const alice = startPunch(server, { id: 'alice', peer: 'bob', room: ROOM, onEvent: fail });
    const abort = new AbortController();
    const bob = startPunch(server, { id: 'bob', peer: 'alice', room: ROOM, signal: abort.signal });
    await expect(alice.result).rejects.toBe(bug);
    // An id that was not left would be kept for its owner.
    await using again = await join(server, 'alice');
    expect(again.client.joined.resumed).toBe(false);
    abort.abort();
    await bob.result.then(
      (punched) => punched[Symbol.asyncDispose](),
      () => {},
    );
  });
});
