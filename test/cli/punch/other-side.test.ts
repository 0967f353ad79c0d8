/** The line for the other machine. */
import { expect, it } from 'vitest';
import { otherSideLine } from '../../../cli/commands/punch/other-side.ts';

const OWN = { id: 'alice', peer: 'bob', server: 'stun.example.org', room: 'default', use: 'measure' } as const;
const LINE = 'natcheck punch --id bob --peer alice --server stun.example.org';

it.each([
  [{}, LINE],
  [{ room: 'home' }, `${LINE} --room home`],
  [{ rendezvous: 'wss://example.org/a?b&c' }, `${LINE} --rendezvous 'wss://example.org/a?b&c'`],
  [{ use: 'hand-over' }, `${LINE} -- CMD`],
  [{ use: 'keep' }, `${LINE} --keep -- CMD`],
  [{ id: "it's" }, `natcheck punch --id bob --peer 'it'\\''s' --server stun.example.org`],
] as const)('%j', (more, line) => {
  expect(otherSideLine({ ...OWN, ...more })).toBe(line);
});
