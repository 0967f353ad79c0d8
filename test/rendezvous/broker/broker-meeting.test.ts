/** Two sides that meet through a broker, while it does what brokers do. */
import { describe, expect, it } from 'vitest';
import { createHub, meet, WAY_MS } from './hub.ts';

const SECOND = 1_000;

describe('two sides that have asked for each other', () => {
  it('are introduced with the same key, other roles, and where the other is seen', () => {
    const { alice, bob } = meet();
    const [hers, his] = [alice.last('introduction'), bob.last('introduction')];
    expect(his.key).toBe(hers.key);
    expect([hers.role, his.role]).toEqual(['controlling', 'controlled']);
    expect(hers).toMatchObject({
      peer: 'bob',
      endpoint: { address: '203.0.113.2', port: 1002 },
      own: { address: '203.0.113.1', port: 1001 },
      candidates: ['of bob'],
    });
    expect(his).toMatchObject({
      peer: 'alice',
      endpoint: { address: '203.0.113.1', port: 1001 },
      own: { address: '203.0.113.2', port: 1002 },
      candidates: ['of alice'],
    });
  });

  it('hear what a server would tell them, in its order', () => {
    const { alice, bob } = meet();
    expect(alice.told.map(({ type }) => type)).toEqual(['joined', 'asked', 'peer-joined', 'paired', 'introduction']);
    expect(bob.told.map(({ type }) => type)).toEqual(['joined', 'asked', 'peer-joined', 'paired', 'introduction']);
  });

  it('begin at one instant, though the news of it takes its time', () => {
    const hub = createHub();
    const startsAt: number[] = [];
    const { alice, bob } = meet(hub);
    for (const side of [alice, bob]) {
      // One of the two has decided, and told the other: its own news is older by the way.
      startsAt.push(side.last('introduction').startInMs);
    }
    expect(startsAt.toSorted((a, b) => a - b)).toEqual([1, WAY_MS + 1]);
  });

  it('take seven messages in all, and then say nothing', () => {
    const { hub } = meet();
    const ofMeeting = hub.published.filter(({ at }) => at >= 10 * SECOND);
    expect(ofMeeting.length).toBeLessThanOrEqual(7);
    const before = hub.published.length;
    hub.clock.runUntil(hub.clock.now() + 3_600 * SECOND);
    expect(hub.published.length).toBe(before);
  });

  it('have another key at the next introduction', () => {
    const { hub, alice, bob } = meet();
    const first = alice.last('introduction').key;
    alice.ask('bob');
    bob.ask('alice');
    hub.clock.runUntil(hub.clock.now() + SECOND);
    expect(alice.count('introduction')).toBe(2);
    expect(alice.last('introduction').key).toBe(bob.last('introduction').key);
    expect(alice.last('introduction').key).not.toBe(first);
  });

  it('pass signals on, in order and once, whatever is lost, repeated and reordered', () => {
    const { hub, alice, bob } = meet();
    let count = 0;
    hub.pass = () => {
      count++;
      return count % 3 === 0 ? [] : count % 2 === 0 ? [0, 30] : [count % 5 === 0 ? 90 : 0];
    };
    for (let n = 0; n < 20; n++) {
      hub.clock.schedule(hub.clock.now() + n * 20, () => alice.say({ type: 'signal', peer: 'bob', data: `${n}` }));
    }
    hub.clock.runUntil(hub.clock.now() + 60 * SECOND);
    const heard = bob.told.flatMap((message) => (message.type === 'signal' ? [message.data] : []));
    expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  });

  it('hear when the other leaves', () => {
    const { hub, alice, bob } = meet();
    bob.say({ type: 'leave' });
    hub.clock.runUntil(hub.clock.now() + SECOND);
    expect(alice.last('peer-left')).toEqual({ type: 'peer-left', peer: 'bob', reason: 'left' });
  });
});

describe('an ask', () => {
  it('tells the other that it is wanted, where that one has not asked', () => {
    const hub = createHub();
    const alice = hub.add('alice');
    const bob = hub.add('bob');
    hub.clock.runUntil(SECOND);
    bob.ask('alice');
    hub.clock.runUntil(2 * SECOND);
    expect(alice.last('wanted')).toEqual({ type: 'wanted', peer: 'bob' });
    expect(alice.count('introduction')).toBe(0);
  });

  it('that is withdrawn leads to no introduction', () => {
    const hub = createHub();
    const alice = hub.add('alice');
    const bob = hub.add('bob');
    bob.ask('alice');
    hub.clock.runUntil(SECOND);
    bob.say({ type: 'withdraw', peer: 'alice' });
    hub.clock.runUntil(2 * SECOND);
    alice.ask('bob');
    hub.clock.runUntil(3 * SECOND);
    expect([alice.count('introduction'), bob.count('introduction')]).toEqual([0, 0]);
  });

  it('that crosses the introduction as an update asks for no other', () => {
    const { hub, alice, bob } = meet();
    for (const side of [alice, bob]) side.ask(side === alice ? 'bob' : 'alice', { isUpdate: true });
    hub.clock.runUntil(hub.clock.now() + SECOND);
    expect([alice.count('introduction'), bob.count('introduction')]).toEqual([1, 1]);
  });

  it('of a peer with a destination-dependent mapping makes it the controlled one', () => {
    const hub = createHub();
    const alice = hub.add('alice');
    const bob = hub.add('bob');
    alice.ask('bob', { behavior: { mapping: 'address-dependent', filtering: 'undetermined' } });
    bob.ask('alice');
    hub.clock.runUntil(SECOND);
    expect([alice.last('introduction').role, bob.last('introduction').role]).toEqual(['controlled', 'controlling']);
  });
});
