/** A server that dies while a peer joins, or after it has joined: when it is tried again, and what is told anew then. */
import { describe, expect, it } from 'vitest';
import type { NotJoined, ServerSign } from '../../../src/rendezvous/introduction/output.ts';
import type { Told } from '../../../src/rendezvous/introduction/state.ts';
import { createSide, joinedWith, type SideOptions, TOLD } from './side.ts';

function enter(options: SideOptions & { readonly waitMs: number }) {
  const { waitMs } = options;
  const side = createSide({ ...options, joinWaitMs: waitMs });
  side.tell({ kind: 'want', peer: 'bob', waitMs });
  side.runUntil(waitMs + 10_000);
  return side;
}

const unreachable = (reason: string, sign: ServerSign): NotJoined => ({ outcome: 'unreachable', reason, sign });
const BROKEN_OFF = unreachable('ECONNRESET', 'broken-off');
const ABSENT = unreachable('ECONNREFUSED', 'absent');

describe('other TURN servers', () => {
  it('that the server names later are sought as if it had named them at the join, on its word', () => {
    const side = createSide();
    side.tell({ kind: 'want', peer: 'bob', waitMs: 60_000 });
    side.runUntil(1_000);
    const turn = [{ urls: ['turn:203.0.113.20'], username: 'u', password: 'p', expiresInMs: 1_000 }];
    side.tell({ kind: 'message', message: { type: 'turn', turn } });
    expect(side.of('turn')).toEqual([
      { kind: 'turn', servers: [], address: '203.0.113.10' },
      { kind: 'turn', servers: turn, address: '203.0.113.10' },
    ]);
  });
});

describe('a server that another one has taken the place of', () => {
  it('is where the socket is shown from then on, and only then', () => {
    const side = createSide({ bind: () => null });
    side.tell({ kind: 'want', peer: 'bob', waitMs: 60_000 });
    side.runUntil(10);
    side.tell({ kind: 'closed', code: 1001, reason: 'closing' });
    side.runUntil(1_000);
    const joined = joinedWith();
    const stun = { ...joined.stun, port: 4_478, addresses: ['203.0.113.20'] };
    side.tell({ kind: 'closed', code: 1001, reason: 'closing' });
    side.tell({ kind: 'timeout' });
    side.tell({ kind: 'joined', joined: { ...joined, stun }, address: '203.0.113.20' });
    const { stun: first } = joined;
    expect(side.of('bind').map(({ place, hasMoved }) => [place, hasMoved])).toEqual([
      [first, false],
      [first, false],
      [stun, true],
    ]);
  });
});

describe('the first join', () => {
  it('is made again after a connection that was broken off, with growing pauses', () => {
    const join = (count: number) => ({ afterMs: 0, ...(count < 6 && { refused: count === 1 ? BROKEN_OFF : ABSENT }) });
    const side = enter({ waitMs: 20_000, join });
    expect(side.noted.joins).toEqual([0, 0.1, 0.5, 1.5, 3.5, 5.5]);
    expect(side.notices()).toEqual(['the rendezvous cannot be reached (ECONNRESET): trying again']);
    expect(side.of('failed')).toEqual([]);
  });

  it.each<[string, NotJoined, string]>([
    ['was broken off', BROKEN_OFF, 'ECONNRESET'],
    ['was answered by a server that closes', { outcome: 'closing' }, 'the server is closing'],
  ])('that %s is tried until the time to wait is over, and the failure names the last cause', (_how, first, detail) => {
    const last = enter({ waitMs: 5_000, join: () => ({ afterMs: 0, refused: first }) });
    expect(last.noted.joins).toEqual([0, 0.1, 0.5, 1.5, 3.5]);
    expect(last.of('failed')).toEqual([{ kind: 'failed', reason: 'rendezvous-unreachable', detail }]);
    const other = enter({ waitMs: 5_000, join: (count) => ({ afterMs: 0, refused: count === 1 ? first : ABSENT }) });
    expect(other.of('failed')).toEqual([{ kind: 'failed', reason: 'rendezvous-unreachable', detail: 'ECONNREFUSED' }]);
  });

  it('where nobody has ever answered is given up after one and a half seconds', () => {
    const side = enter({ waitMs: 60_000, join: () => ({ afterMs: 0, refused: ABSENT }) });
    expect(side.noted.joins).toEqual([0, 0.1, 0.5, 1.5]);
    expect(side.notices()).toEqual(['the rendezvous cannot be reached (ECONNREFUSED): trying again']);
    expect(side.of('failed')).toEqual([{ kind: 'failed', reason: 'rendezvous-unreachable', detail: 'ECONNREFUSED' }]);
  });

  it.each<[string, NotJoined, string, string]>([
    ['an unknown host', unreachable('ENOTFOUND', 'wrong'), 'rendezvous-unreachable', 'ENOTFOUND'],
    ['a certificate that is not trusted', unreachable('CERT', 'wrong'), 'rendezvous-unreachable', 'CERT'],
    [
      'a refused token',
      { outcome: 'refused', code: 'unauthorized', message: 'no' },
      'rendezvous-refused',
      'unauthorized: no',
    ],
  ])('is not made again after %s', (_what, refused, reason, detail) => {
    const side = enter({ waitMs: 60_000, join: () => ({ afterMs: 0, refused }) });
    expect(side.noted.joins).toEqual([0]);
    expect(side.notices()).toEqual([]);
    expect(side.of('failed')).toEqual([{ kind: 'failed', reason, detail }]);
  });
});

describe('what peers are told', () => {
  const told = (line: string): Told => ({ ...TOLD, candidates: [line] });
  const asks = (side: ReturnType<typeof createSide>) =>
    side.sent().flatMap((message) => (message.type === 'ask' ? [message.candidates] : []));

  const updates = (side: ReturnType<typeof createSide>) =>
    side.sent().flatMap((message) => (message.type === 'ask' ? [message.isUpdate] : []));

  it('is gathered anew after a rejoin, and what was being gathered before it is not used', () => {
    const gather = (count: number) => ({ afterMs: count === 1 ? 1_000 : 2_000, told: told(`gathering ${count}`) });
    const side = createSide({ gather });
    side.tell({ kind: 'want', peer: 'bob', waitMs: 60_000 });
    side.runUntil(500);
    side.tell({ kind: 'closed', code: 1006, reason: '' });
    side.runUntil(10_000);
    expect(asks(side)).toEqual([['gathering 2']]);
  });

  it('does not wait for a gathering that the last connection has taken with it', () => {
    const gather = (count: number) => (count === 1 ? null : { afterMs: 0, told: told(`gathering ${count}`) });
    const side = createSide({ gather });
    side.tell({ kind: 'want', peer: 'bob', waitMs: 60_000 });
    side.runUntil(500);
    side.tell({ kind: 'closed', code: 1006, reason: '' });
    side.runUntil(10_000);
    expect(asks(side)).toEqual([['gathering 2']]);
  });

  it('is told anew when it has changed, until the peer is introduced', () => {
    const side = createSide({ gather: (count) => ({ afterMs: 0, told: told(`gathering ${count}`) }) });
    side.tell({ kind: 'want', peer: 'bob', waitMs: 60_000 });
    side.runUntil(500);
    side.tell({ kind: 'changed' });
    side.runUntil(1_000);
    expect(asks(side)).toEqual([['gathering 1'], ['gathering 2']]);
    // It is no other ask: it may cross the introduction.
    expect(updates(side)).toEqual([undefined, true]);
    side.tell({ kind: 'closed', code: 1006, reason: '' });
    side.runUntil(1_500);
    expect(updates(side)).toEqual([undefined, true, undefined]);
    side.tell({ kind: 'forget', peer: 'bob' });
    side.tell({ kind: 'changed' });
    side.runUntil(2_000);
    expect(asks(side)).toHaveLength(3);
  });
});
