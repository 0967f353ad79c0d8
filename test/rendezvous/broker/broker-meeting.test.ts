/** Two sides and more that meet through a broker, while it does what brokers do. */
import { describe, expect, it } from 'vitest';
import { openMessage } from '../../../src/rendezvous/broker/seal.ts';
import { createHub, type Hub, type HubSide, KEY, WAY_MS } from './hub.ts';

const SECOND = 1_000;

/** alice has been there for a while when bob comes; both ask for each other. */
function meet(hub: Hub = createHub()): { readonly hub: Hub; readonly alice: HubSide; readonly bob: HubSide } {
  const alice = hub.add('alice');
  alice.ask('bob');
  hub.clock.runUntil(hub.clock.now() + 10 * SECOND);
  const bob = hub.add('bob');
  bob.ask('alice');
  hub.clock.runUntil(hub.clock.now() + 10 * SECOND);
  return { hub, alice, bob };
}

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

describe('who is there', () => {
  it('greets less and less often while nobody answers: twenty times in the first hour', () => {
    const hub = createHub();
    hub.add('alice');
    hub.clock.runUntil(3_600 * SECOND);
    expect(hub.published.length).toBe(20);
  });

  it.each([
    ['with nobody else there', []],
    ['with others there', ['carol']],
  ])('greets no more often for asking again and again for whoever is lost, %s', (_where, others) => {
    const { hub, alice, bob } = meet();
    for (const id of others) hub.add(id);
    hub.clock.runUntil(hub.clock.now() + 10 * SECOND);
    bob.die();
    alice.ask('bob');
    hub.clock.runUntil(hub.clock.now() + 60 * SECOND);
    expect(alice.last('peer-left')).toMatchObject({ peer: 'bob', reason: 'lost' });
    const before = hub.published.length;
    for (let n = 0; n < 180; n++) {
      alice.ask('bob');
      hub.clock.runUntil(hub.clock.now() + 10 * SECOND);
      alice.say({ type: 'withdraw', peer: 'bob' });
      hub.clock.runUntil(hub.clock.now() + 10 * SECOND);
    }
    const greetings = hub.published.slice(before).filter(({ from }) => from === 'alice');
    expect(greetings.length).toBeGreaterThan(5);
    expect(greetings.length).toBeLessThanOrEqual(25);
    const successor = hub.add('bob');
    successor.ask('alice');
    alice.ask('bob');
    hub.clock.runUntil(hub.clock.now() + SECOND);
    expect(alice.last('introduction').key).toBe(successor.last('introduction').key);
  });

  it('answers any number of others, each with a key of its own', () => {
    const hub = createHub();
    const server = hub.add('expose');
    const others = ['a', 'b', 'c'].map((id) => hub.add(id));
    for (const other of others) {
      other.ask('expose');
      server.ask(other.id);
    }
    hub.clock.runUntil(5 * SECOND);
    const keys = others.map((other) => other.last('introduction').key);
    expect(new Set(keys).size).toBe(3);
    expect(server.count('introduction')).toBe(3);
  });

  it('that does not answer any more counts as lost, and its successor under its id is met', () => {
    const { hub, alice, bob } = meet();
    bob.die();
    const successor = hub.add('bob');
    successor.ask('alice');
    hub.clock.runUntil(hub.clock.now() + SECOND);
    expect(alice.last('peer-left')).toEqual({ type: 'peer-left', peer: 'bob', reason: 'lost' });
    alice.ask('bob');
    hub.clock.runUntil(hub.clock.now() + SECOND);
    expect(alice.last('introduction').key).toBe(successor.last('introduction').key);
  });

  it('and was lost for both while the brokers passed nothing on is met again', () => {
    const { hub, alice, bob } = meet();
    hub.pass = () => [];
    alice.say({ type: 'signal', peer: 'bob', data: 'lost' });
    bob.say({ type: 'signal', peer: 'alice', data: 'lost' });
    hub.clock.runUntil(hub.clock.now() + 60 * SECOND);
    expect([alice.last('peer-left').reason, bob.last('peer-left').reason]).toEqual(['lost', 'lost']);
    hub.pass = () => [0];
    alice.ask('bob');
    bob.ask('alice');
    hub.clock.runUntil(hub.clock.now() + 10 * SECOND);
    expect(alice.count('introduction')).toBe(2);
    expect(alice.last('introduction').key).toBe(bob.last('introduction').key);
  });

  it('under the same id on both sides is told of, and not met', () => {
    const hub = createHub();
    const [one, other] = [hub.add('same'), hub.add('same')];
    hub.clock.runUntil(SECOND);
    const notice = 'another peer in the room has the id same: each side needs its own';
    expect([one.notices, other.notices]).toEqual([[notice], [notice]]);
    expect([one.count('peer-joined'), other.count('peer-joined')]).toEqual([0, 0]);
    hub.clock.runUntil(3_600 * SECOND);
    // Each greets as it would alone, and is answered.
    expect(hub.published.length).toBeLessThanOrEqual(4 * 20);
  });
});

describe('whoever has another key', () => {
  it('meets nobody', () => {
    const hub = createHub();
    const alice = hub.add('alice');
    const mallory = hub.add('mallory', { key: KEY.map((byte) => byte + 1) });
    mallory.ask('alice');
    alice.ask('mallory');
    hub.clock.runUntil(60 * SECOND);
    expect([alice.count('peer-joined'), mallory.count('peer-joined')]).toEqual([0, 0]);
  });
});

describe('a broker that repeats everything it has ever heard', () => {
  it('makes nobody believe anything, and gets few answers', () => {
    const { hub, alice, bob } = meet();
    const recorded = [...hub.published];
    bob.say({ type: 'leave' });
    hub.clock.runUntil(hub.clock.now() + SECOND);
    const [told, published] = [alice.told.length, hub.published.length];
    for (let n = 0; n < 10_000; n++) {
      const message = recorded[n % recorded.length];
      if (message) hub.clock.schedule(hub.clock.now() + n, () => alice.hear(message.bytes));
    }
    hub.clock.runUntil(hub.clock.now() + 20 * SECOND);
    expect(alice.told.length).toBe(told);
    // An old greeting has come before as well.
    expect(hub.published.length).toBe(published);
  });

  it('to one that was not there gets few answers as well, and is believed no more', () => {
    const { hub } = meet();
    const greetings = Array.from({ length: 200 }, (_, n) => {
      const past = createHub(100 + n);
      past.add('past');
      past.clock.runUntil(0);
      return past.published[0]?.bytes ?? new Uint8Array();
    });
    const later = createHub(2);
    const carol = later.add('carol');
    later.clock.runUntil(SECOND);
    const before = later.published.length;
    for (let n = 0; n < 10_000; n++) {
      const bytes = greetings[n % greetings.length] ?? hub.published[n % hub.published.length]?.bytes;
      if (bytes) later.clock.schedule(later.clock.now() + n, () => carol.hear(bytes));
    }
    later.clock.runUntil(later.clock.now() + 10 * SECOND);
    expect(carol.told.map(({ type }) => type)).toEqual(['joined']);
    // A burst of sixteen, one a second from then on, and its own greetings.
    expect(later.published.length - before).toBeLessThanOrEqual(16 + 10 + 4);
  });

  it('and what it makes up is dropped', () => {
    const { hub, alice } = meet();
    const told = alice.told.length;
    const [message] = hub.published;
    for (let n = 0; n < 2_048; n++) {
      const forged = Uint8Array.from(message?.bytes ?? []);
      forged[n] = (forged[n] ?? 0) ^ 1;
      expect(openMessage(KEY, forged)).toBeNull();
      alice.hear(forged);
    }
    expect(alice.told.length).toBe(told);
  });
});
