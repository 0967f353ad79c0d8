/** What all clients at one address may have together, whoever they say they are, and what the whole relay carries. */
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../../../src/endpoint.ts';
import { METHOD } from '../../../../../src/stun/header.ts';
import { lifetime, REQUESTED_TRANSPORT, USER } from '../../requests.ts';
import { createWorld, PEER } from '../world.ts';

/** Everybody is a user, with one password. */
const EVERYBODY = { accountOf: () => ({ password: USER.password, session: null }) };
const at = (address: string, port: number): Endpoint => ({ address, port });
const PORTS = { first: 50_000, last: 51_999 };

describe('the allocations of one source address', () => {
  const many = (limits = {}) => createWorld({ ...EVERYBODY, ports: PORTS, limits });
  /** How many of so many users, each with an allocation of its own, get one. */
  const allocating = (world: ReturnType<typeof many>, addressOf: (n: number) => string, count: number): number => {
    let made = 0;
    for (let n = 0; n < count; n++) {
      const client = world.client({ remote: at(addressOf(n), 1024 + n), username: `user ${n}` });
      if (client.outcome(METHOD.allocate, [REQUESTED_TRANSPORT]) === 'success') made++;
    }
    return made;
  };

  it('are 64 at most, though each is another user\u2019s: 486; another address has its own', () => {
    const world = many();
    expect(allocating(world, () => '192.0.2.7', 1_000)).toBe(64);
    expect(world.relay.counts.refused[486]).toBe(936);
    expect(allocating(world, () => '192.0.2.8', 1)).toBe(1);
  });

  it('count together over an IPv6 /64', () => {
    const world = many({ allocationsPerSource: 3 });
    expect(allocating(world, (n) => `2001:db8:1:2::${n + 1}`, 9)).toBe(3);
    expect(allocating(world, (n) => `2001:db8:1:3::${n + 1}`, 9)).toBe(3);
  });

  it('are free again when they end', () => {
    const world = many({ allocationsPerSource: 1 });
    const [alice, bob] = [1, 2].map((port) =>
      world.client({ remote: at('192.0.2.7', port), username: `user ${port}` }),
    );
    alice?.allocate();
    expect(bob?.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe(486);
    expect(alice?.outcome(METHOD.refresh, [lifetime(0)])).toBe('success');
    expect(bob?.outcome(METHOD.allocate, [REQUESTED_TRANSPORT])).toBe('success');
  });
});

describe('the bandwidth of one source address, and of all', () => {
  const HUNDRED = new Uint8Array(100);
  /** How many of so many datagrams of a hundred bytes are relayed. */
  const relaying = (world: ReturnType<typeof createWorld>, client: ReturnType<typeof world.client>, count: number) => {
    for (let n = 0; n < count; n++) client.send(PEER, HUNDRED);
    return world.takeRelayed().length;
  };
  const bound = (limits: object) => {
    const world = createWorld({ ...EVERYBODY, limits: { bytesPerSecond: 1_000_000, ...limits } });
    const client = (address: string, port: number) => {
      const one = world.client({ remote: at(address, port), username: `user ${address} ${port}` });
      one.allocate();
      one.permit(PEER);
      return one;
    };
    return { world, client };
  };

  it('is shared by its allocations; another address has its own', () => {
    const { world, client } = bound({ bytesPerSecondPerSource: 1_000 });
    const [one, two, other] = [client('192.0.2.7', 1), client('192.0.2.7', 2), client('192.0.2.8', 1)];
    // A full bucket, and the one that empties it.
    expect([relaying(world, one, 8), relaying(world, two, 8), relaying(world, other, 8)]).toEqual([8, 3, 8]);
    expect(world.relay.counts.dropped['source-bandwidth']).toBe(5);
    world.wait(200);
    expect(relaying(world, two, 8)).toBe(2);
  });

  it('is not had anew by an allocation that is made anew', () => {
    const { world, client } = bound({ bytesPerSecondPerSource: 1_000 });
    const one = client('192.0.2.7', 1);
    expect(relaying(world, one, 20)).toBe(11);
    expect(one.outcome(METHOD.refresh, [lifetime(0)])).toBe('success');
    world.pass(0);
    expect(relaying(world, client('192.0.2.7', 2), 20)).toBe(0);
  });

  it('has a bound for the whole relay, each way for itself', () => {
    const { world, client } = bound({ bytesPerSecondInAll: 1_000 });
    const [one, other] = [client('192.0.2.7', 1), client('192.0.2.8', 1)];
    expect([relaying(world, one, 8), relaying(world, other, 8)]).toEqual([8, 3]);
    expect(world.relay.counts.dropped['total-bandwidth']).toBe(5);
    const [, relayed] = [...world.sockets.values()];
    if (!relayed) throw new Error('no socket');
    expect(world.fromPeer(relayed, PEER, HUNDRED)).toHaveLength(1);
  });
});
