/** The word of a peer that closes its path: believed of the peer alone, and said a few times. */
import { describe, expect, it } from 'vitest';
import { encodeFarewell } from '../../../src/ice/checks/messages.ts';
import { shortTermKey } from '../../../src/stun/integrity.ts';
import { attribute } from '../../../src/stun/message.ts';
import {
  type Bench,
  createBench,
  freshId,
  OWN,
  only,
  PEER,
  peerCheck,
  peerSuccess,
  REMOTE,
  type Sent,
} from '../wire.ts';

/** The peer's, right in all that is not given. */
function farewell({ username = `${OWN.ufrag}:${PEER.ufrag}`, pwd = OWN.pwd } = {}): Uint8Array {
  return encodeFarewell({ transactionId: freshId(), username, key: shortTermKey(pwd) });
}

/** The answer to the nomination is left to be received. */
function nominate(): { readonly bench: Bench; readonly nomination: Sent } {
  const bench = createBench({ taMs: 5 });
  return { bench, nomination: only(bench.receive(0, peerSuccess(only(bench.drain(0))))) };
}

function connect(): Bench {
  const { bench, nomination } = nominate();
  bench.receive(5, peerSuccess(nomination));
  return bench;
}

const isOver = ({ agent }: Bench, now: number): boolean => agent.poll(now).kind === 'done';

describe("a peer's farewell", () => {
  it('ends a path at once, and nothing is sent any more', () => {
    const bench = connect();
    expect(bench.receive(1000, farewell())).toEqual([]);
    expect(bench.events.at(-1)).toMatchObject({
      kind: 'closed-by-peer',
      at: 1000,
      pair: { remote: { endpoint: REMOTE } },
    });
    expect(bench.agent.selected()).toBeNull();
    expect(isOver(bench, 1000)).toBe(true);
    expect(bench.receive(1001, peerCheck())).toEqual([]);
  });

  it.each([
    ['a stranger', { pwd: 'guess' }],
    ['another session', { pwd: 'own+password+of+another+one', username: 'another:peerfrag' }],
    ['the same password under another name', { username: 'another:peerfrag' }],
    // What this side has said itself, sent back to it: under the peer's password.
    ['a mirror', { pwd: PEER.pwd, username: `${PEER.ufrag}:${OWN.ufrag}` }],
  ])('of %s is counted, and means nothing', (_who, options) => {
    const bench = connect();
    bench.receive(1000, farewell(options));
    expect(bench.events.at(-1)?.kind).toBe('connected');
    expect(bench.agent.selected()).not.toBeNull();
    expect(Object.values(bench.agent.rejected())).toEqual([1]);
  });

  it('that comes before the path is kept until it is there', () => {
    const { bench, nomination } = nominate();
    bench.receive(3, farewell());
    expect(isOver(bench, 4)).toBe(false);
    bench.receive(5, peerSuccess(nomination));
    expect(bench.events.slice(-2).map(({ kind }) => kind)).toEqual(['connected', 'closed-by-peer']);
  });
});

describe('an agent that leaves', () => {
  it('says so three times in 45 ms, answers meanwhile, and is closed then', () => {
    const bench = connect();
    bench.drain(1000);
    bench.agent.leave(1000);
    expect(bench.agent.selected()).toBeNull();
    const first = only(bench.drain(1000));
    expect(first).toMatchObject({ socket: 'main', to: REMOTE, message: { class: 'indication' } });
    expect(attribute(first.message, 'PATH-CLOSED')).toBe(true);
    expect(attribute(first.message, 'USERNAME')).toBe(`${PEER.ufrag}:${OWN.ufrag}`);
    expect(bench.until(1000)).toBe(1015);
    expect(bench.receive(1010, peerCheck()).map(({ message }) => message.class)).toEqual(['success']);
    only(bench.drain(1015));
    expect(bench.until(1015)).toBe(1045);
    only(bench.drain(1045));
    expect(isOver(bench, 1045)).toBe(true);
  });

  it('without a path is closed at once, and says nothing', () => {
    const bench = createBench({});
    bench.agent.leave(0);
    expect(isOver(bench, 0)).toBe(true);
  });
});
