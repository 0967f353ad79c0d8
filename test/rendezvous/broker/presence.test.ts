/** Who is there, as the sides that meet through a broker know it: how often they greet, whom they answer, who counts as lost. */
import { describe, expect, it } from 'vitest';
import { createHub, meet } from './hub.ts';

const SECOND = 1_000;

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
