/** The TURN users who may use the relay, as several keep them. */
import { expect, it } from 'vitest';
import { createTurnUsers } from '../../../server/services/turn-users.ts';

it('a user is there as long as anybody keeps him, and is told of once', () => {
  const users = createTurnUsers();
  const changes: (readonly [string, boolean])[] = [];
  users.onChange((user, { isThere }) => changes.push([user, isThere]));
  const [one, other] = [users.keep(), users.keep()];
  one.add('alice');
  other.add('alice');
  one.delete('alice');
  one.delete('alice');
  expect([users.has('alice'), one.has('alice'), other.has('alice'), users.all()]).toEqual([
    ...[true, false, true],
    ['alice'],
  ]);
  other.delete('alice');
  expect(users.has('alice')).toBe(false);
  expect(changes).toEqual([
    ['alice', true],
    ['alice', false],
  ]);
});
