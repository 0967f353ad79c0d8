/** Which way a program gets a path, by what both sides have it for. */
import { expect, it } from 'vitest';
import { chooseHandOver } from '../../../src/punch/handover/decide.ts';

it.each([
  ['hand-over', 'hand-over', false, { kind: 'hand-over' }],
  ['hand-over', 'keep', false, { kind: 'hand-over' }],
  ['hand-over', 'measure', false, { kind: 'refuse', why: 'peer-measures' }],
  ['hand-over', null, false, { kind: 'refuse', why: 'peer-measures' }],
  ['hand-over', 'keep', true, { kind: 'refuse', why: 'relayed' }],
  ['keep', 'keep', false, { kind: 'bridge' }],
  ['keep', 'keep', true, { kind: 'bridge' }],
  ['keep', 'hand-over', false, { kind: 'bridge-bare' }],
  ['keep', 'hand-over', true, { kind: 'refuse', why: 'relayed-at-peer' }],
  ['keep', 'measure', true, { kind: 'refuse', why: 'peer-measures' }],
] as const)('%s here and %s there, relayed: %s', (use, peerUse, isRelayed, choice) => {
  expect(chooseHandOver({ use, peerUse, isRelayed })).toEqual(choice);
});
