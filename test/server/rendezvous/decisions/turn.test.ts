/** TURN servers are told with whatever gives a peer its ticket. */
import { expect, it } from 'vitest';
import { createWorld } from './world.ts';

const turnFor = (user: string) => [
  { urls: ['turn:203.0.113.10:3478'], username: `1:${user}`, password: 'secret', expiresInMs: 1_000 },
];

it('joining tells of them, for a user of the session’s own', () => {
  const world = createWorld({ turnFor });
  const [alice, bob] = [world.peer('alice'), world.peer('bob')];
  expect(alice.joined.turn).toEqual(turnFor(alice.joined.turn?.[0]?.username.slice(2) ?? ''));
  expect(alice.joined.turn?.[0]?.username).toMatch(/^1:[\w-]{12}$/);
  expect(bob.joined.turn).not.toEqual(alice.joined.turn);
});

it('a new ticket comes with new credentials for the same user', () => {
  let asked = 0;
  const world = createWorld({ turnFor: (user) => turnFor(`${user}${asked++}`) });
  const alice = world.peer('alice');
  const user = alice.joined.turn?.[0]?.username.slice(2, -1);
  expect(alice.say({ type: 'ticket' })).toMatchObject([{ type: 'ticket', turn: [{ username: `1:${user}1` }] }]);
});

it('who comes back is the same user', () => {
  const world = createWorld({ turnFor });
  const alice = world.peer('alice');
  alice.lose();
  expect(world.peer('alice', { resumeKey: alice.joined.resumeKey }).joined.turn).toEqual(alice.joined.turn);
});

it('where there are none, nothing is said of them', () => {
  const alice = createWorld().peer('alice');
  expect(alice.joined).not.toHaveProperty('turn');
  expect(alice.say({ type: 'ticket' })[0]).not.toHaveProperty('turn');
});

it('who comes back when its id is no longer kept is the same user all the same, by its resume key', () => {
  const world = createWorld({ turnFor });
  const alice = world.peer('alice');
  const user = alice.joined.turn?.[0]?.username.slice(2) ?? '';
  expect(world.rendezvous.hasTurnUser(user)).toBe(true);
  alice.lose();
  world.pass(4_999);
  expect(world.rendezvous.hasTurnUser(user)).toBe(true);
  world.pass(1);
  expect(world.rendezvous.hasTurnUser(user)).toBe(false);
  const { joined } = world.peer('alice', { resumeKey: alice.joined.resumeKey });
  expect(joined).toMatchObject({ resumed: false, resumeKey: alice.joined.resumeKey });
  expect(joined.turn).toEqual(alice.joined.turn);
  expect(world.rendezvous.hasTurnUser(user)).toBe(true);
});

it('nobody is the user of another session that is there, whatever resume key is shown', () => {
  const world = createWorld({ turnFor });
  const alice = world.peer('alice');
  const { joined } = world.peer('bob', { resumeKey: alice.joined.resumeKey });
  expect(joined.turn).not.toEqual(alice.joined.turn);
  expect(joined.resumeKey).not.toBe(alice.joined.resumeKey);
});

it('who leaves is no user any more', () => {
  const world = createWorld({ turnFor });
  const alice = world.peer('alice');
  alice.say({ type: 'leave' });
  expect(world.rendezvous.hasTurnUser(alice.joined.turn?.[0]?.username.slice(2) ?? '')).toBe(false);
});
