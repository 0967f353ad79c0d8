/** What time alone brings about. */
import { describe, expect, it } from 'vitest';
import { TICK_MS } from '../../../../server/rendezvous/decisions/limits.ts';
import { createWorld } from './world.ts';

const ENDPOINT = { address: '192.0.2.1', port: 1 };

describe('a connection', () => {
  it('that does not join within five seconds is closed', () => {
    const world = createWorld();
    const silent = world.connect();
    world.pass(4_999);
    expect(silent.isOpen()).toBe(true);
    world.pass(1);
    expect(silent.take()).toMatchObject([{ type: 'error', code: 'join-timeout' }]);
    expect(silent.closed()).toEqual([1008, 'join-timeout']);
    expect(world.rendezvous.population().connections).toBe(0);
  });

  it('is measured three times on joining, and pinged every fifteen seconds from then on', () => {
    const world = createWorld();
    const alice = world.connect();
    alice.join('alice');
    alice.pong();
    expect(alice.pings()).toBe(0);
    world.pass(14_999);
    expect(alice.pings()).toBe(0);
    world.pass(1);
    expect(alice.pings()).toBe(1);
  });

  it('of which nothing is heard for 45 seconds is closed, and its id is kept for its owner', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    world.pass(44_999);
    expect(alice.isOpen()).toBe(true);
    world.pass(1);
    expect(alice.take()).toMatchObject([{ type: 'error', code: 'silent' }]);
    expect(alice.closed()).toEqual([1008, 'silent']);
    expect(world.rendezvous.population()).toMatchObject({ connections: 0, peers: 1 });
  });

  it('lives by answering pings alone, and not by pongs that were not asked for', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    for (let n = 0; n < 10; n++) {
      world.pass(15_000);
      alice.pong();
      world.handle({ kind: 'pong', connection: bob.connection, payload: 'guessed!' });
    }
    expect([alice.isOpen(), bob.isOpen()]).toEqual([true, false]);
  });
});

describe('a session whose connection is lost', () => {
  it('is over after five seconds: the others are told, and the id is free', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.take();
    bob.lose();
    world.pass(4_999);
    expect(world.connect().join('bob')).toMatchObject([{ code: 'id-in-use', retryInMs: 1 + TICK_MS }]);
    expect(alice.take()).toEqual([]);
    world.pass(1);
    expect(alice.take()).toEqual([{ type: 'peer-left', peer: 'bob', reason: 'lost' }]);
    expect(world.connect().join('bob')).toMatchObject([{ type: 'joined', resumed: false }]);
  });

  it('takes no signals meanwhile, and says so to a peer it is paired with', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.ask('bob');
    bob.ask('alice');
    bob.lose();
    expect(alice.say({ type: 'signal', peer: 'bob', data: '' }).at(-1)).toMatchObject({ code: 'peer-away' });
  });

  it('is not introduced meanwhile', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(ENDPOINT);
    bob.bind({ ...ENDPOINT, port: 2 });
    bob.ask('alice');
    bob.lose();
    alice.ask('bob');
    expect(world.rendezvous.counts.introductions).toBe(0);
  });

  it('leaves no room behind when it was the last', () => {
    const world = createWorld();
    world.peer('alice').lose();
    world.pass(5_000);
    expect(world.rendezvous.population()).toEqual({ connections: 0, peers: 0, rooms: 0 });
  });
});

describe('a ticket', () => {
  it('is good for two minutes, and binds nothing after', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const { username, password } = alice.joined.ticket;
    for (let n = 0; n < 8; n++) {
      expect(world.passwordOf(world.now(), { username, family: 'IPv4' })).toBe(password);
      world.pass(n < 7 ? 15_000 : 14_999);
      alice.pong();
    }
    world.handle({ kind: 'bound', ticket: username, endpoint: ENDPOINT });
    expect(alice.taken('bound').endpoint).toEqual(ENDPOINT);
    world.wait(1);
    expect(world.passwordOf(world.now(), { username, family: 'IPv4' })).toBeNull();
    alice.bind({ ...ENDPOINT, port: 7 });
    expect(alice.take()).toEqual([]);
  });

  it('is void when there is a newer one, and when its peer has left', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const [answer] = alice.say({ type: 'ticket' });
    if (answer?.type !== 'ticket') throw new Error('no ticket');
    alice.bind(ENDPOINT);
    expect(alice.take()).toEqual([]);
    alice.bind(ENDPOINT, answer.ticket.username);
    expect(alice.take()).toEqual([{ type: 'bound', endpoint: ENDPOINT }]);
    alice.say({ type: 'leave' });
    alice.bind({ ...ENDPOINT, port: 2 }, answer.ticket.username);
    expect(world.rendezvous.counts.bindings).toBe(1);
  });

  it('that binds the same endpoint again is not told again', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    alice.bind(ENDPOINT);
    alice.bind(ENDPOINT);
    expect(alice.take()).toEqual([{ type: 'bound', endpoint: ENDPOINT }]);
  });

  it('that nobody was given binds nothing', () => {
    const world = createWorld();
    world.handle({ kind: 'bound', ticket: 'made-up', endpoint: ENDPOINT });
    expect(world.rendezvous.counts.bindings).toBe(0);
  });
});

describe('messages', () => {
  it('beyond the burst end the connection, and the peer may come back', () => {
    const world = createWorld({ limits: { burst: 5, perSecond: 10 } });
    const alice = world.peer('alice');
    const ask = (): boolean => alice.ask('bob')[0]?.type === 'asked';
    expect([ask(), ask(), ask(), ask()]).toEqual(Array(4).fill(true));
    world.pass(100);
    expect(ask()).toBe(true);
    expect(alice.ask('bob')).toMatchObject([{ type: 'error', code: 'rate-limited' }]);
    expect(alice.closed()).toEqual([1008, 'rate-limited']);
    const { resumeKey } = alice.joined;
    expect(world.connect().join('alice', { resumeKey })).toMatchObject([{ type: 'joined', resumed: true }]);
  });
});

describe.each(['ping', 'pong'] as const)('a %s that nobody asked for', (kind) => {
  it('may come 32 times at once and twice a second; beyond it ends the connection', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const flood = (times: number): void => {
      for (let n = 0; n < times; n++) world.handle({ kind, connection: alice.connection, payload: 'made up' });
    };
    flood(32);
    world.pass(499);
    expect(alice.isOpen()).toBe(true);
    world.pass(1);
    flood(1);
    expect(alice.isOpen()).toBe(true);
    flood(1);
    expect(alice.take()).toMatchObject([{ type: 'error', code: 'rate-limited' }]);
    expect(alice.closed()).toEqual([1008, 'rate-limited']);
  });

  it('keeps no connection alive', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    world.pass(44_999);
    world.handle({ kind, connection: alice.connection, payload: 'made up' });
    world.pass(1);
    expect(alice.closed()).toEqual([1008, 'silent']);
  });
});

describe('a server that ends', () => {
  it('says so to everybody, joined or not', () => {
    const world = createWorld();
    const [alice, stranger] = [world.peer('alice'), world.connect()];
    world.handle({ kind: 'closing' });
    for (const one of [alice, stranger]) {
      expect(one.take()).toEqual([{ type: 'closing' }]);
      expect(one.closed()).toEqual([1001, 'closing']);
    }
    expect(world.rendezvous.population().connections).toBe(0);
  });
});
