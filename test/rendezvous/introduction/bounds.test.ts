/** What a server makes a peer say while it waits, and keep: at its own pace, and no more than it has asked for. */
import { expect, it } from 'vitest';
import type { BindResult } from '../../../src/rendezvous/introduction/output.ts';
import type { ServerMessageOf } from '../../../src/rendezvous/protocol/server-message.ts';
import { BOUND, createSide, OWN, SECRET, type SideOptions, TOLD } from './side.ts';

/** Wants bob, who never comes, for as long as it may wait. */
function wait({ waitMs, ...options }: SideOptions & { readonly waitMs: number }) {
  const side = createSide({ ...options, joinWaitMs: waitMs });
  side.tell({ kind: 'want', peer: 'bob', waitMs });
  side.runUntil(waitMs + 10_000);
  const [end] = [...side.of('not-introduced'), ...side.of('failed')];
  return { end, tickets: side.noted.tickets, bindings: side.noted.bindings };
}

it('a ticket that has expired when it comes is used all the same, and the next is asked for when it is time', () => {
  const { end, tickets, bindings } = wait({ expiresInMs: 0, waitMs: 60_000 });
  expect(end).toMatchObject({ reason: 'no-peer' });
  expect({ tickets, bindings: bindings.slice(0, 4) }).toEqual({ tickets: [15, 31, 47, 63], bindings: [0, 16, 32, 48] });
});

it('a ticket with a life of its own is renewed at half of it', () => {
  const { tickets, bindings } = wait({ expiresInMs: 60_000, waitMs: 60_000 });
  expect({ tickets, bindings: bindings.slice(0, 4) }).toEqual({ tickets: [45], bindings: [0, 15, 30, 46] });
});

it('a server that refuses every ticket is asked for another once a second', () => {
  const bind = (count: number): BindResult => (count === 1 ? BOUND : { outcome: 'refused', code: 401 });
  const { tickets, bindings } = wait({ waitMs: 20_000, bind });
  expect(tickets.slice(0, 5)).toEqual([15, 16, 17, 18, 19]);
  expect(bindings.slice(0, 6)).toEqual([0, 15, 16, 17, 18, 19]);
});

it('a server that has never taken a ticket is given up after the third', () => {
  const { end, bindings } = wait({ waitMs: 20_000, bind: () => ({ outcome: 'refused', code: 401 }) });
  expect(end).toEqual({
    kind: 'failed',
    reason: 'udp-silent',
    detail:
      'it refuses the ticket of the rendezvous, so it is another server, or was restarted: check --server and --rendezvous [STUN 401]',
  });
  expect(bindings).toEqual([0, 1, 2]);
});

it('a server that lets in and closes, again and again, is given up when the time to wait is over', () => {
  // Each join ends two seconds after the connection was lost, the pause before it included.
  const pauses = [0, 100, 400, 1_000];
  const join = (count: number) => ({ afterMs: 2_000 - (pauses[count - 1] ?? 0) });
  const { end, bindings } = wait({ waitMs: 5_000, join, closesOnBind: true });
  expect(end).toEqual({ kind: 'not-introduced', peer: 'bob', reason: 'rendezvous-lost', detail: 'again' });
  expect(bindings.slice(0, 3)).toEqual([2, 4, 6]);
});

const INTRODUCTION: ServerMessageOf<'introduction'> = {
  type: 'introduction',
  peer: 'bob',
  endpoint: { address: '203.0.113.102', port: 40_000 },
  candidates: [],
  behavior: TOLD.behavior,
  own: OWN,
  role: 'controlling',
  key: SECRET,
  startInMs: 0,
};

it('of a thousand introductions the one counts that was asked for, and of a peer that was not introduced no news', () => {
  const side = createSide();
  const say = (message: Parameters<typeof side.tell>[0] & { readonly kind: 'message' }): void => side.tell(message);
  side.tell({ kind: 'want', peer: 'bob', waitMs: 20_000 });
  say({ kind: 'message', message: { type: 'signal', peer: 'bob', data: 'early' } });
  side.runUntil(1);
  for (let count = 0; count < 1_000; count++) say({ kind: 'message', message: INTRODUCTION });
  for (let count = 0; count < 1_000; count++) {
    say({ kind: 'message', message: { ...INTRODUCTION, peer: 'carol' } });
    say({ kind: 'message', message: { type: 'signal', peer: 'carol', data: 'who?' } });
    say({ kind: 'message', message: { type: 'peer-joined', peer: 'carol' } });
  }
  expect(side.of('introduced')).toEqual([{ kind: 'introduced', introduction: INTRODUCTION, at: 1, told: TOLD }]);
  expect(side.of('news')).toEqual([]);
  say({ kind: 'message', message: { type: 'signal', peer: 'bob', data: 'hello' } });
  expect(side.of('news')).toEqual([{ kind: 'news', peer: 'bob', news: { kind: 'signal', data: 'hello' } }]);
});

it('an introduction that answers an ask which has crossed the former one is followed in its place, and no further one', () => {
  const side = createSide();
  const later = { ...INTRODUCTION, key: 'l'.repeat(22) };
  side.tell({ kind: 'want', peer: 'bob', waitMs: 20_000 });
  side.runUntil(1);
  side.tell({ kind: 'closed', code: 1006, reason: '' });
  side.runUntil(500);
  side.tell({ kind: 'message', message: INTRODUCTION });
  for (let count = 0; count < 1_000; count++) side.tell({ kind: 'message', message: later });
  expect(side.of('news')).toEqual([{ kind: 'news', peer: 'bob', news: { kind: 'replaced' } }]);
  side.tell({ kind: 'want', peer: 'bob', waitMs: 20_000 });
  side.tell({ kind: 'message', message: later });
  expect(side.of('introduced').map(({ introduction }) => introduction)).toEqual([INTRODUCTION, later]);
  expect(side.sent().filter(({ type }) => type === 'ask')).toHaveLength(2);
});

it('an introduction that comes before its peer is asked for again is none', () => {
  const side = createSide();
  side.tell({ kind: 'want', peer: 'bob', waitMs: 20_000 });
  side.runUntil(1);
  side.tell({ kind: 'message', message: INTRODUCTION });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 20_000 });
  side.tell({ kind: 'message', message: INTRODUCTION });
  expect(side.of('introduced')).toHaveLength(1);
  side.runUntil(2);
  side.tell({ kind: 'message', message: INTRODUCTION });
  expect(side.of('introduced')).toHaveLength(2);
});
