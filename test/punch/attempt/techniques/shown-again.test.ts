/** The punching socket is shown to the server once more: only another port at the same address is news. */
import { expect, it } from 'vitest';
import { createShownAgain } from '../../../../src/punch/attempt/techniques/shown-again.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { countedBytes, SERVER } from './facts.ts';

const SEEN = { address: '192.0.2.9', port: 4000 };

function ask() {
  const shown = createShownAgain({ server: SERVER, seen: SEEN, from: 0, randomBytes: countedBytes() });
  const first = shown.next(0);
  if (first.kind !== 'transmit') throw new Error('it asks at once');
  const request = decode(first.bytes);
  if (!request.ok) throw new Error('no STUN');
  const { transactionId } = request.message;
  const answer = (value: typeof SEEN, socket = 'punch') => {
    const attributes = [{ type: 'XOR-MAPPED-ADDRESS', value } as const];
    const bytes = encode({ class: 'success', method: METHOD.binding, transactionId, attributes });
    return { socket, from: SERVER, bytes };
  };
  return { shown, first, answer };
}

it.each([
  ['the port that it had', SEEN, null],
  ['another port', { ...SEEN, port: 4001 }, 4001],
  ['another address, which the peer was not introduced to', { address: '192.0.2.10', port: 4001 }, null],
])('an answer with %s', (_what, seen, expected) => {
  const { shown, answer } = ask();
  expect(shown.owns(answer(seen))).toBe(true);
  expect(shown.receive(5, answer(seen))).toBe(expected);
  expect(shown.next(1000)).toEqual({ kind: 'wait', until: 1005 });
});

it('asks again until the server answers, and takes nothing else for an answer', () => {
  const { shown, first, answer } = ask();
  expect(first).toMatchObject({ socket: 'punch', to: SERVER });
  expect(shown.next(99)).toEqual({ kind: 'wait', until: 100 });
  expect(shown.next(100)).toMatchObject({ kind: 'transmit' });
  const moved = { ...SEEN, port: 4001 };
  for (const arrival of [answer(moved, 'relay'), { ...answer(moved), from: { ...SERVER, port: 1 } }]) {
    expect(shown.owns(arrival)).toBe(false);
    expect(shown.receive(101, arrival)).toBeNull();
  }
});
