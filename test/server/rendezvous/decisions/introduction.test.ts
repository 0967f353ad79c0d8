/** When two peers are introduced, to what, and what none of it tells anybody else. */
import { describe, expect, it } from 'vitest';
import { CANDIDATE, createWorld } from './world.ts';

const A = { address: '192.0.2.1', port: 1001 };
const B = { address: '198.51.100.2', port: 2002 };

describe('an introduction', () => {
  it('gives each the endpoint, the candidates and the behaviour of the other, one key, and roles by the ids', () => {
    const world = createWorld();
    const [bob, alice] = [world.peer('bob'), world.peer('alice')];
    bob.take();
    const behavior = { mapping: 'none', filtering: 'undetermined' };
    alice.bind(A);
    bob.bind(B);
    alice.ask('bob');
    bob.say({ type: 'ask', peer: 'alice', candidates: [], behavior });
    const toAlice = alice.taken('introduction');
    expect(toAlice).toEqual({
      type: 'introduction',
      peer: 'bob',
      endpoint: B,
      candidates: [],
      behavior,
      own: A,
      role: 'controlling',
      key: expect.stringMatching(/^[\w-]{43}$/),
      startInMs: 1,
    });
    expect(world.rendezvous.counts.introductions).toBe(1);
  });

  it('tells what the last update says, and an update that crosses it asks for no other one', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    const behavior = { mapping: 'none', filtering: 'undetermined' };
    alice.bind(A);
    bob.bind(B);
    alice.ask('bob');
    const update = { type: 'ask', peer: 'bob', candidates: [], behavior, isUpdate: true } as const;
    alice.say(update);
    const toBob = bob.ask('alice');
    expect(toBob.find(({ type }) => type === 'introduction')).toMatchObject({ candidates: [], behavior });
    alice.take();
    alice.say(update);
    expect([alice.take(), bob.take(), world.rendezvous.counts.introductions]).toEqual([[], [], 1]);
    alice.ask('bob');
    expect(bob.take()).toEqual([{ type: 'wanted', peer: 'alice' }]);
  });

  it('makes the one controlled whose mapping is another toward each destination', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(A);
    bob.bind(B);
    const behavior = { mapping: 'address-and-port-dependent', filtering: 'undetermined' };
    alice.say({ type: 'ask', peer: 'bob', candidates: [], behavior });
    const toBob = bob.ask('alice');
    const roles = (told: ReturnType<typeof alice.take>): readonly string[] =>
      told.flatMap((one) => (one.type === 'paired' || one.type === 'introduction' ? [one.role] : []));
    expect(roles(alice.take())).toEqual(['controlled', 'controlled']);
    expect(roles(toBob)).toEqual(['controlling', 'controlling']);
  });

  it('comes with the last of what it takes, in whatever order that comes', () => {
    const steps = ['ask alice', 'ask bob', 'bind alice', 'bind bob'];
    for (const last of steps) {
      const world = createWorld();
      const [alice, bob] = [world.peer('alice'), world.peer('bob')];
      const act = (step: string): void => {
        if (step === 'ask alice') bob.ask('alice');
        if (step === 'ask bob') alice.ask('bob');
        if (step === 'bind alice') alice.bind(A);
        if (step === 'bind bob') bob.bind(B);
      };
      for (const step of steps) if (step !== last) act(step);
      expect(world.rendezvous.counts.introductions).toBe(0);
      act(last);
      expect(world.rendezvous.counts.introductions).toBe(1);
    }
  });

  it('waits for the first round trip of each', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const late = world.connect();
    const joined = late.join('bob').find((one) => one.type === 'joined');
    if (joined?.type !== 'joined') throw new Error('not joined');
    alice.bind(A);
    world.handle({ kind: 'bound', ticket: joined.ticket.username, endpoint: B });
    alice.ask('bob');
    late.ask('alice');
    expect(world.rendezvous.counts.introductions).toBe(0);
    late.pong(10);
    expect(late.take().filter(({ type }) => type === 'introduction')).toHaveLength(1);
  });

  it('names one instant, corrected by the way to each: half of its round trip', () => {
    const world = createWorld();
    const [near, far] = [world.peer('near', { roundTripMs: 10 }), world.peer('far', { roundTripMs: 300 })];
    near.bind(A);
    far.bind(B);
    near.ask('far');
    const last = { type: 'ask', peer: 'near', candidates: [], behavior: { mapping: 'none', filtering: 'none' } };
    world.handle({ kind: 'message', connection: far.connection, text: JSON.stringify(last) });
    expect(near.taken('introduction').startInMs).toBe(146);
    expect(far.taken('introduction').startInMs).toBe(1);
  });

  it('has link-local endpoints without their zone, which is another on each host', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind({ address: 'fe80::1%eth0', port: 1001 });
    expect(alice.taken('bound').endpoint).toEqual({ address: 'fe80::1', port: 1001 });
    alice.bind({ address: 'fe80::1%eth0', port: 1001 });
    expect(alice.take()).toEqual([]);
    bob.bind({ address: 'fe80::2%eth0', port: 2002 });
    alice.ask('bob');
    bob.ask('alice');
    expect(alice.taken('introduction')).toMatchObject({
      endpoint: { address: 'fe80::2', port: 2002 },
      own: { address: 'fe80::1', port: 1001 },
    });
  });

  it('is not held up by a peer that answers pings late on purpose for more than a second', () => {
    const world = createWorld();
    const [honest, slow] = [world.peer('honest'), world.peer('slow', { roundTripMs: 14_000 })];
    honest.bind(A);
    slow.bind(B);
    honest.ask('slow');
    slow.ask('honest');
    expect(honest.taken('introduction').startInMs).toBe(1_001);
  });

  it('takes a new ask of both sides to come again, and has another key then', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(A);
    bob.bind(B);
    alice.ask('bob');
    bob.ask('alice');
    const { key } = alice.taken('introduction');
    bob.take();
    expect(alice.ask('bob')).toEqual([{ type: 'asked', peer: 'bob', present: true }]);
    expect(bob.take()).toEqual([{ type: 'wanted', peer: 'alice' }]);
    bob.ask('alice');
    expect(alice.taken('introduction').key).not.toBe(key);
  });

  it('has the endpoint of the last binding', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(A);
    alice.bind({ ...A, port: 9 });
    bob.bind(B);
    alice.ask('bob');
    bob.ask('alice');
    alice.take();
    expect(world.rendezvous.counts.introductions).toBe(1);
    expect(world.rendezvous.counts.bindings).toBe(3);
  });
});

describe('who has not been asked for by a peer', () => {
  it('learns nothing of its endpoint, its candidates or its behaviour, whatever it tries', () => {
    const world = createWorld();
    const [alice, mallory] = [world.peer('alice'), world.peer('mallory')];
    alice.bind(A);
    alice.ask('bob');
    mallory.bind(B);
    mallory.take();
    const answers = [
      ...mallory.ask('alice'),
      ...mallory.ask('alice'),
      ...mallory.say({ type: 'signal', peer: 'alice', data: 'hello' }),
      ...mallory.ask('bob'),
      ...mallory.say({ type: 'signal', peer: 'bob', data: 'hello' }),
    ];
    expect(answers.map((one) => (one.type === 'error' ? one.code : one.type))).toEqual([
      'asked',
      'asked',
      'not-paired',
      'asked',
      'not-paired',
    ]);
    expect(JSON.stringify(answers)).not.toContain(A.address);
    expect(JSON.stringify(answers)).not.toContain(CANDIDATE);
    expect(alice.take().map(({ type }) => type)).not.toContain('signal');
    expect(world.rendezvous.counts.introductions).toBe(0);
  });

  it('cannot be told apart from a missing one by a signal', () => {
    const world = createWorld();
    world.peer('alice');
    const mallory = world.peer('mallory');
    const answer = (peer: string) => mallory.say({ type: 'signal', peer, data: '' });
    const [toAlice] = answer('alice');
    expect(answer('nobody')).toEqual([{ ...toAlice, peer: 'nobody' }]);
  });

  it('is not reached in another room by its id', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    const bob = world.peer('bob', { room: 'other' });
    alice.ask('bob');
    expect(bob.ask('alice')).toEqual([{ type: 'asked', peer: 'alice', present: false }]);
    expect(alice.take()).toEqual([]);
  });
});

describe('asking', () => {
  it('for a peer that has not come yet is noted, and told to it when it comes', () => {
    const world = createWorld();
    const alice = world.peer('alice');
    expect(alice.ask('bob')).toEqual([{ type: 'asked', peer: 'bob', present: false }]);
    const bob = world.connect();
    expect(bob.join('bob').map(({ type }) => type)).toEqual(['joined', 'wanted']);
    expect(alice.take()).toEqual([{ type: 'peer-joined', peer: 'bob' }]);
  });

  it('again before the introduction replaces what is told', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(A);
    bob.bind(B);
    alice.ask('bob');
    alice.ask('bob', { candidates: ['newer'] });
    bob.take();
    expect(bob.ask('alice').find(({ type }) => type === 'introduction')).toMatchObject({ candidates: ['newer'] });
  });

  it('and withdrawing ends it: no introduction, no signals', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(A);
    bob.bind(B);
    alice.ask('bob');
    expect(alice.say({ type: 'withdraw', peer: 'bob' })).toEqual([]);
    bob.ask('alice');
    expect(bob.say({ type: 'signal', peer: 'alice', data: '' })).toMatchObject([{ code: 'not-paired' }]);
    expect(world.rendezvous.counts.introductions).toBe(0);
  });

  it('for as many peers, or with as many candidates, as the server would have to keep, is refused', () => {
    const world = createWorld({ limits: { burst: 1_000 } });
    const alice = world.peer('alice');
    for (let n = 0; n < 64; n++) expect(alice.ask(`p${n}`)).toMatchObject([{ type: 'asked' }]);
    expect(alice.ask('p64')).toMatchObject([{ type: 'error', code: 'too-many-asks', re: 'ask', peer: 'p64' }]);
    expect(alice.ask('p0')).toMatchObject([{ type: 'asked' }]);
    const bob = world.peer('bob');
    const long = { candidates: Array(16).fill('x'.repeat(512)) };
    expect(['a', 'b', 'c', 'b'].map((id) => bob.ask(id, long)[0]?.type)).toEqual(['asked', 'asked', 'error', 'asked']);
  });

  it('whoever takes the id of a peer that left is a stranger to those that had met it', () => {
    const world = createWorld();
    const [alice, bob] = [world.peer('alice'), world.peer('bob')];
    alice.bind(A);
    bob.bind(B);
    alice.ask('bob');
    bob.ask('alice');
    bob.say({ type: 'leave' });
    const other = world.peer('bob');
    other.ask('alice');
    expect(other.say({ type: 'signal', peer: 'alice', data: '' })).toMatchObject([{ code: 'not-paired' }]);
  });
});
