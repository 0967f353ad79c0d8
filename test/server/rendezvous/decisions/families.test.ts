/** Sockets over two families: a ticket for each, and introductions over what both sides have. */
import { describe, expect, it } from 'vitest';
import { BEHAVIOR, createWorld, STUN } from './world.ts';

const DUAL = { stun: { ...STUN, addresses: ['203.0.113.10', '2001:db8::10'] } };
const A4 = { address: '192.0.2.1', port: 1001 };
const A6 = { address: '2001:db8:a::1', port: 1006 };
const B4 = { address: '198.51.100.2', port: 2002 };
const B6 = { address: '2001:db8:b::2', port: 2006 };
const UNKNOWN = { mapping: 'undetermined', filtering: 'undetermined' };
const NO_NAT = { mapping: 'none', filtering: 'undetermined' };

function pairIn(world = createWorld(DUAL)) {
  const [alice, bob] = [world.peer('alice'), world.peer('bob')];
  return { world, alice, bob };
}

type Member = ReturnType<typeof pairIn>['alice'];

function bind6(peer: Member, endpoint: { readonly address: string; readonly port: number }): void {
  peer.bind(endpoint, peer.joined.ticket6?.username);
}

function introductionIn(told: ReturnType<Member['take']>): object | undefined {
  return told.find(({ type }) => type === 'introduction');
}

describe('tickets', () => {
  it('are two where the server has both families, and one where it has not', () => {
    const { alice } = pairIn();
    expect(alice.joined.ticket6?.username).not.toBe(alice.joined.ticket.username);
    expect(alice.joined.stun).toEqual(DUAL.stun);
    const alone = createWorld({ stun: { ...STUN, addresses: ['203.0.113.10'] } }).peer('alice');
    expect(alone.joined).not.toHaveProperty('ticket6');
  });

  it('are renewed together, and the former ones are void', () => {
    const { world, alice } = pairIn();
    const renewed = alice.say({ type: 'ticket' }).find(({ type }) => type === 'ticket');
    if (renewed?.type !== 'ticket' || !renewed.ticket6) throw new Error('no second ticket');
    const { username } = renewed.ticket6;
    expect(world.passwordOf(world.now(), { username, family: 'IPv6' })).toBe(renewed.ticket6.password);
    bind6(alice, A6);
    expect(alice.take()).toEqual([]);
    alice.bind(A6, username);
    expect(alice.take()).toEqual([{ type: 'bound', endpoint: A6 }]);
  });

  it('of the second socket are not taken over IPv4', () => {
    const { world, alice } = pairIn();
    const username = alice.joined.ticket6?.username ?? '';
    expect(world.passwordOf(world.now(), { username, family: 'IPv4' })).toBeNull();
    bind6(alice, A4);
    expect(alice.take().filter(({ type }) => type === 'bound')).toEqual([]);
  });

  it('of the first socket bind over the family in which they were first shown', () => {
    const { world, alice } = pairIn();
    const { username, password } = alice.joined.ticket;
    const over = (family: 'IPv4' | 'IPv6'): string | null => world.passwordOf(world.now(), { username, family });
    expect([over('IPv4'), over('IPv6')]).toEqual([password, password]);
    alice.bind(A4);
    alice.bind(A6);
    expect(alice.take().filter(({ type }) => type === 'bound')).toEqual([{ type: 'bound', endpoint: A4 }]);
  });
});

describe('an introduction', () => {
  it('is over IPv4, and over IPv6 as well where both have shown a socket of each', () => {
    const { alice, bob } = pairIn();
    alice.bind(A4);
    bind6(alice, A6);
    bob.bind(B4);
    bind6(bob, B6);
    alice.ask('bob', { behavior6: NO_NAT });
    const toBob = introductionIn(bob.ask('alice'));
    expect(alice.taken('introduction')).toMatchObject({
      ...{ endpoint: B4, own: A4, behavior: BEHAVIOR },
      also: { endpoint: B6, own: A6, behavior: UNKNOWN },
    });
    expect(toBob).toMatchObject({
      ...{ endpoint: A4, own: B4, behavior: BEHAVIOR },
      also: { endpoint: A6, own: B6, behavior: NO_NAT },
    });
  });

  it('is over the one family that both have, with what was said of that one', () => {
    const { alice, bob } = pairIn();
    alice.bind(A4);
    bind6(alice, A6);
    bob.bind(B6);
    alice.ask('bob', { behavior6: NO_NAT });
    const toBob = introductionIn(bob.ask('alice'));
    const toAlice = alice.taken('introduction');
    expect(toAlice).toMatchObject({ endpoint: B6, own: A6, behavior: BEHAVIOR });
    expect(toBob).toMatchObject({ endpoint: A6, own: B6, behavior: NO_NAT });
    expect([toAlice, toBob].map((one) => one && 'also' in one)).toEqual([false, false]);
  });

  it('comes as soon as both have one family in common, and waits for no other', () => {
    const { alice, bob } = pairIn();
    alice.ask('bob');
    bob.ask('alice');
    bind6(alice, A6);
    bind6(bob, B6);
    expect(alice.taken('introduction')).toMatchObject({ endpoint: B6, own: A6 });
  });

  it('is over the first socket of each where they have no family in common', () => {
    const { alice, bob } = pairIn();
    alice.bind(A4);
    bob.bind(B6);
    alice.ask('bob');
    bob.ask('alice');
    expect(alice.taken('introduction')).toMatchObject({ endpoint: B6, own: A4 });
  });
});
