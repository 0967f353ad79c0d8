/** Who may use the relay: long-term credentials (RFC 8489 §9.2.4), named or made from a secret, and what strangers get. */
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../../server/limit/per-source.ts';
import { NONCE_WINDOW_MS } from '../../../../../server/turn/decisions/access/nonce.ts';
import { accountOf, userOf } from '../../../../../server/turn/decisions/access/users.ts';
import { METHOD } from '../../../../../src/stun/header.ts';
import { attribute } from '../../../../../src/stun/message.ts';
import { timeLimitedCredentials } from '../../../../../src/turn/credentials.ts';
import { decoded, lifetime, outcomeOf, REQUESTED_TRANSPORT, requestBytes, USER } from '../../requests.ts';
import { CLIENT, createWorld } from '../world.ts';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const ID = Uint8Array.from({ length: 12 }, (_, index) => index + 1);

describe('a request without credentials', () => {
  it('gets the 60 bytes of a 401 with realm and nonce', () => {
    const alice = createWorld().client();
    const [bytes] = alice.say(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { id: ID }));
    const nonce = attribute(decoded(bytes ?? ID), 'NONCE') ?? '';
    expect(nonce).toMatch(/^[\w-]{16}$/);
    expect(hex(bytes)).toBe(
      `01130028 2112a442 ${hex(ID)}
       00090004 00000401
       00140008 ${hex(Buffer.from('natcheck'))}
       00150010 ${hex(Buffer.from(nonce))}`.replaceAll(/\s/g, ''),
    );
    expect(bytes).toHaveLength(60);
  });

  it.each([METHOD.refresh, METHOD.createPermission, METHOD.channelBind])('of method %i gets 401', (method) => {
    const alice = createWorld().client();
    expect(outcomeOf(alice.answerTo(requestBytes(method, [])))).toBe(401);
  });

  it('leaves nothing behind, however many there are', () => {
    const world = createWorld();
    for (let n = 0; n < 1_000; n++) {
      const stranger = world.client({ remote: { address: `192.0.2.${n % 250}`, port: 1024 + n } });
      const request = requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT]);
      const [reply] = stranger.say(request);
      expect(reply?.length).toBeLessThanOrEqual(68);
      expect(world.relay.isAllocated(stranger.fiveTuple)).toBe(false);
    }
    expect([world.sockets.size, world.opening.length, world.relay.population().udp]).toEqual([0, 0, 0]);
    expect(world.relay.counts.refused[401]).toBe(1_000);
  });

  it('is not answered beyond the share of its source; another source is', () => {
    const limit = createRateLimit({ key: new Uint8Array(32), burst: 3, perSecond: 1 });
    const world = createWorld({ mayRefuse: (now, fiveTuple) => limit(now, fiveTuple.remote.address) });
    const [stranger, alice] = [world.client(), world.client({ remote: { address: '192.0.2.99', port: 9 } })];
    const replies = Array.from({ length: 5 }, () => stranger.say(requestBytes(METHOD.allocate, [])).length);
    expect(replies).toEqual([1, 1, 1, 0, 0]);
    expect(world.relay.counts.dropped['rate-limited']).toBe(2);
    expect(alice.allocate().port).toBeGreaterThan(0);
  });

  it('learns nothing of what the server understands', () => {
    const alice = createWorld().client();
    const strange = { type: 'opaque', code: 0x7777, value: new Uint8Array(4) } as const;
    expect(outcomeOf(alice.answerTo(requestBytes(METHOD.allocate, [strange])))).toBe(401);
  });
});

describe('credentials', () => {
  it.each([
    ['an unknown name', { username: 'mallory' }],
    ['a wrong password', { password: 'guess' }],
  ])('with %s get 401', (_what, wrong) => {
    const world = createWorld();
    expect(world.client(wrong).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    expect(world.opening).toEqual([]);
  });

  it.each(['USERNAME', 'REALM', 'NONCE'])('without %s get 400, and no nonce', (name) => {
    const alice = createWorld().client();
    const whole = decoded(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce: 'n' } }));
    const attributes = whole.attributes.filter(({ type }) => type !== name);
    const answer = alice.answerTo(requestBytes(METHOD.allocate, attributes));
    expect(outcomeOf(answer)).toBe(400);
    expect(attribute(answer, 'NONCE')).toBeUndefined();
  });

  it('with a nonce of another five-tuple get 438 and a nonce for their five-tuple', () => {
    const world = createWorld();
    const [alice, other] = [world.client(), world.client({ remote: { ...CLIENT, port: 2 } })];
    const nonce = attribute(other.answerTo(requestBytes(METHOD.allocate, [])), 'NONCE') ?? '';
    const stale = alice.answerTo(requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce } }));
    expect(outcomeOf(stale)).toBe(438);
    const fresh = attribute(stale, 'NONCE') ?? '';
    const again = requestBytes(METHOD.allocate, [REQUESTED_TRANSPORT], { shown: { ...USER, nonce: fresh } });
    expect(outcomeOf(alice.answerTo(again))).toBe('success');
  });

  it('with a nonce that has had its time get 438', () => {
    const world = createWorld();
    const alice = world.client();
    alice.allocate([lifetime(3600)]);
    world.wait(NONCE_WINDOW_MS);
    expect(alice.outcome(METHOD.refresh, [lifetime(3600)])).toBe('success');
    world.wait(NONCE_WINDOW_MS);
    expect(alice.outcome(METHOD.refresh)).toBe(438);
  });

  it('of another user on an allocation get 441', () => {
    const world = createWorld();
    const alice = world.client();
    alice.allocate();
    const bob = world.client({ username: 'bob', password: 'south' });
    for (const method of [METHOD.refresh, METHOD.createPermission, METHOD.channelBind]) {
      expect(bob.outcome(method)).toBe(441);
    }
    expect(bob.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(437);
    expect(world.sockets.size).toBe(1);
  });

  it('on a five-tuple without an allocation get 437', () => {
    const alice = createWorld().client();
    for (const method of [METHOD.refresh, METHOD.createPermission, METHOD.channelBind]) {
      expect(alice.outcome(method)).toBe(437);
    }
  });
});

describe('time-limited credentials', () => {
  const secret = 'one secret';
  const madeFor = (user: string, expiresAtS: number) => timeLimitedCredentials({ secret, user, expiresAtS });
  const none = { users: [], secret: null, sessionSecret: null, isAttended: () => false };
  const at = (unixS: number) => ({
    accountOf: (username: string) => accountOf(unixS, { ...none, secret }, username),
  });

  it('are good until their end, and get 401 from then on', () => {
    const credentials = madeFor('alice', 1_000);
    expect(createWorld(at(999.9)).client(credentials).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe('success');
    expect(createWorld(at(1_000)).client(credentials).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
  });

  it('of another secret, or prolonged by hand, get 401', () => {
    const { password } = madeFor('alice', 1_000);
    const forged = [
      { username: '2000:alice', password },
      timeLimitedCredentials({ secret: 'another', user: 'alice', expiresAtS: 2_000 }),
    ];
    for (const credentials of forged) {
      expect(createWorld(at(500)).client(credentials).outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
    }
  });

  it('carry an allocation beyond their own end, as nobody may change the username of one', () => {
    let unixS = 900;
    const world = createWorld({ accountOf: (username) => accountOf(unixS, { ...none, secret }, username) });
    const alice = world.client(madeFor('alice', 1_000));
    alice.allocate();
    unixS = 1_100;
    expect(alice.outcome(METHOD.refresh)).toBe('success');
    expect(alice.outcome(METHOD.refresh, [lifetime(0)])).toBe('success');
    expect(alice.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(401);
  });

  it('made again count for the same user', () => {
    const world = createWorld({ ...at(0), limits: { allocationsPerUser: 1 } });
    world.client(madeFor('alice', 1_000)).allocate();
    const again = world.client({ ...madeFor('alice', 2_000), remote: { ...CLIENT, port: 2 } });
    expect(again.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(486);
    expect(userOf('1000:alice')).toBe(userOf('2000:alice'));
    expect(userOf('alice')).not.toBe(userOf('1000:alice'));
  });

  it('are none without a secret, and do not stand above named users', () => {
    const { username, password } = madeFor('alice', 1_000);
    const users = [{ name: 'alice', password: 'x' }];
    expect(accountOf(0, none, username)).toBeNull();
    expect(accountOf(0, { ...none, users, secret }, 'alice')).toEqual({ password: 'x', session: null });
    expect(accountOf(0, { ...none, secret }, username)).toEqual({ password, session: null });
    expect(accountOf(0, { ...none, secret }, 'alice')).toBeNull();
  });
});
