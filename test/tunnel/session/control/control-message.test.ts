import { expect, it } from 'vitest';
import {
  CONTROL_MAX_BYTES,
  decodeControl,
  encodeControl,
} from '../../../../src/tunnel/session/control/control-message.ts';

it('the longest request fits, whatever its characters', () => {
  const message = { kind: 'open', number: 0xffff_ffff, id: 0xffff_ffff, request: '\u0001'.repeat(512) } as const;
  expect(encodeControl(message).length).toBeLessThan(CONTROL_MAX_BYTES);
  expect(decodeControl(encodeControl(message))).toEqual(message);
});

it.each([
  ['', 'nothing'],
  ['{', 'no JSON'],
  ['null', 'no object'],
  ['{"kind":"news"}', 'a kind of newer peers'],
  ['{"kind":"open","number":1,"id":1}', 'no request'],
  [`{"kind":"open","number":1,"id":1,"request":"${'x'.repeat(513)}"}`, 'a request that is too long'],
  ['{"kind":"accepted","number":1.5,"id":1}', 'a number that is none'],
  ['{"kind":"resume","number":1,"epoch":1,"id":1,"received":-1}', 'a count below zero'],
])('%s is not read: %s', (text) => {
  expect(decodeControl(Buffer.from(text))).toBeNull();
});

it('what newer peers add to a message is not read', () => {
  expect(decodeControl(Buffer.from('{"kind":"bye","mood":"fine"}'))).toEqual({ kind: 'bye' });
});
