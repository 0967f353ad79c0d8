/** Who asks for this side under another id than the one that it waits for. */
import { expect, it } from 'vitest';
import { createIncomingNotices, INCOMING_TOLD_MAX } from '../../../src/punch/report/incoming.ts';

it('tells each id once, and neither the awaited one nor more than a handful', () => {
  const told: string[] = [];
  const hear = createIncomingNotices({ id: 'alice', peer: 'bob', tell: (text) => told.push(text) });
  for (const from of ['bob', 'alice', 'bobb', 'bobb']) hear(from);
  expect(told).toEqual([
    'bobb asks for alice, which waits for bob: if that is your peer, one of the two ids is mistyped',
  ]);
  for (let number = 0; number < 100; number++) hear(`stranger-${number}`);
  expect(told).toHaveLength(INCOMING_TOLD_MAX);
});
