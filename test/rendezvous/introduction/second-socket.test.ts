/** The socket over the other family: shown beside the first one, and never waited for longer than a moment. */
import { expect, it } from 'vitest';
import type { BindResult } from '../../../src/rendezvous/introduction/output.ts';
import { BOUND6, createSide, joinedWith, OWN, OWN6, SECRET6, type SideOptions } from './side.ts';

const SILENT: BindResult = { outcome: 'no-answer' };

/** Wants bob for so long; the times are in ms. */
function want({ waitMs = 10_000, ...options }: SideOptions & { readonly waitMs?: number }) {
  const side = createSide(options);
  side.tell({ kind: 'want', peer: 'bob', waitMs });
  side.runUntil(waitMs);
  return side;
}

it('is bound by its own ticket at the server that is named, and told with the first', () => {
  const side = want({ bindSecond: () => ({ afterMs: 0, result: BOUND6 }) });
  expect(side.of('bind-second')[0]).toEqual({
    kind: 'bind-second',
    binding: expect.any(Number),
    ticket: { username: SECRET6, password: expect.any(String) },
    server: { address: '2001:db8::10', port: 3478 },
    namedBy: '203.0.113.10',
  });
  expect(side.of('gather')).toEqual([{ kind: 'gather', gathering: 1, own: OWN, own6: OWN6 }]);
  expect(side.of('second')).toEqual([{ kind: 'second', endpoint: OWN6 }]);
});

it('is not bound where the server has one family', () => {
  expect(want({}).of('bind-second')).toEqual([]);
});

it('is waited for 50 ms where nothing is heard of it', () => {
  const side = createSide({ bindSecond: () => null });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 10_000 });
  side.runUntil(49);
  expect(side.of('gather')).toEqual([]);
  side.runUntil(50);
  expect(side.of('gather')).toEqual([{ kind: 'gather', gathering: 1, own: OWN, own6: null }]);
});

it('that has no way to the server is not waited for', () => {
  const side = createSide({
    bindSecond: () => ({ afterMs: 0, result: { outcome: 'not-sent', detail: 'ENETUNREACH' } }),
  });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 10_000 });
  side.runUntil(0);
  expect(side.of('gather').map(({ own6 }) => own6)).toEqual([null]);
  expect(side.of('failed')).toEqual([]);
});

it('that is shown later is told as an update', () => {
  const side = want({ bindSecond: () => ({ afterMs: 2_000, result: BOUND6 }) });
  expect(side.of('gather').map(({ own6 }) => own6)).toEqual([null, OWN6]);
  const asks = side.sent().filter(({ type }) => type === 'ask');
  expect(asks.map((ask) => 'isUpdate' in ask && ask.isUpdate)).toEqual([undefined, true].map((one) => one ?? false));
});

it('is shown again every 15 s, and not told any more once it is silent', () => {
  const bindSecond = (count: number) => ({ afterMs: 0, result: count === 1 ? BOUND6 : SILENT });
  const side = want({ waitMs: 40_000, bindSecond });
  expect(side.noted.secondBindings).toEqual([0, 15, 30]);
  expect(side.of('second').map(({ endpoint }) => endpoint)).toEqual([OWN6, null]);
  expect(side.of('gather').map(({ own6 }) => own6)).toEqual([OWN6, null]);
});

it('with a ticket that is refused stays as it was, and is bound again by the next one', () => {
  const refused: BindResult = { outcome: 'refused', code: 401 };
  const bindSecond = (count: number) => ({ afterMs: 0, result: count === 2 ? refused : BOUND6 });
  const side = want({ waitMs: 70_000, expiresInMs: 60_000, bindSecond });
  expect(side.of('second').map(({ endpoint }) => endpoint)).toEqual([OWN6]);
  // The first socket asks for other tickets at 45 s; the second one is bound by its new one at once.
  expect(side.noted.secondBindings).toEqual([0, 15, 30, 45, 60]);
});

it('is bound once a second, however often its server gives other tickets', () => {
  const side = createSide({ bindSecond: () => null });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 10_000 });
  for (let ms = 0; ms < 3_000; ms += 5) {
    side.runUntil(ms);
    const { ticket, ticket6 } = joinedWith(120_000, true);
    side.tell({ kind: 'message', message: { type: 'ticket', ticket, ...(ticket6 && { ticket6 }) } });
  }
  side.runUntil(3_000);
  expect(side.noted.secondBindings).toEqual([0, 1, 2, 3]);
});

it('is given up with the connection, and shown anew after the next join', () => {
  const side = createSide({ bindSecond: () => ({ afterMs: 0, result: BOUND6 }) });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 10_000 });
  side.runUntil(1_000);
  side.tell({ kind: 'closed', code: 1006, reason: '' });
  expect(side.of('unbind')).toHaveLength(1);
  side.runUntil(2_000);
  expect(side.of('gather').map(({ own6 }) => own6)).toEqual([OWN6, OWN6]);
});
