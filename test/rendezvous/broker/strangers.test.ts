/** What a broker, and whoever else has no key, can do to two sides that meet through it: nothing but get a few answers. */
import { describe, expect, it } from 'vitest';
import { openMessage } from '../../../src/rendezvous/broker/seal.ts';
import { createHub, KEY, meet } from './hub.ts';

const SECOND = 1_000;

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
