import { describe, expect, it } from 'vitest';
import { type Told, tellPair } from '../../../lab/witness/tell-pair.ts';
import {
  byServer,
  coming,
  crossing,
  leaving,
  OUTSIDE,
  PARTIES,
  ROUTER,
  SERVER,
  type Seen,
  together,
} from './journey/example.ts';

const EMPTY = new Map<string, number>();

/** As if the routers had counted what they captured. */
function told(seen: Seen, counted: { readonly sent?: ReadonlyMap<string, number> } = {}): Told {
  const counts = (side: 'a' | 'b') => ({ seenAs: PARTIES.seenAs[side], sent: counted.sent ?? EMPTY, received: EMPTY });
  return tellPair({
    captured: [
      { router: ROUTER.a, packets: seen.a, missed: 0 },
      { router: ROUTER.b, packets: seen.b, missed: 0 },
    ],
    parties: PARTIES,
    startAt: 0,
    counts: { a: counts('a'), b: counts('b') },
  });
}

/** No two alike, as the payload of any program that encrypts. */
function bytes(seed: number, length: number): Uint8Array {
  let state = seed * 2_654_435_761 + 1;
  return Uint8Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state >> 16;
  });
}

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const steps = ({ ladder }: Told) =>
  ladder.steps.map(({ atMs, from, to, dropped }) => [
    atMs,
    from,
    to,
    dropped === null ? 'arrived' : `${dropped.at}: ${dropped.why}`,
  ]);

it('where nothing passed, nothing was missed', () => {
  expect(told({ a: [], b: [] }).path).toMatchObject({
    kind: 'none',
    evidence: expect.not.stringContaining('captured'),
  });
});

describe('a ladder', () => {
  it('has each packet once, from the one who sent it to where it ended, with what is known of why', () => {
    const seen = together(
      leaving('a', SERVER, { at: 1, payload: 'register a' }),
      coming('a', SERVER, { at: 3, payload: 'you are a', isLetIn: true }),
      crossing('a', { at: 10, payload: 'to a port that has sent nothing', isLetIn: false }),
      leaving('b', SERVER, { at: 20, payload: 'register b' }),
      crossing('a', { at: 30, payload: 'to one that has sent elsewhere', isLetIn: false }),
      crossing('b', { at: 40, payload: 'into the mapping of the above', isLetIn: true }),
      crossing('a', { at: 50, payload: 'and back', isLetIn: true }),
      leaving('b', OUTSIDE.a, { at: 60, payload: 'lost', hops: 1 }),
    );
    const { hosts } = told(seen).ladder;
    expect(hosts).toEqual(['a', "a's router", 'server', 'public network', "b's router", 'b']);
    expect(steps(told(seen))).toEqual([
      [1, 'a', 'server', 'arrived'],
      [3, 'server', 'a', 'arrived'],
      [10, 'a', 'b', "b's router: nothing had left from this port"],
      [20, 'b', 'server', 'arrived'],
      [30, 'a', 'b', "b's router: nothing had left to this address"],
      [40, 'b', 'a', 'arrived'],
      [50, 'a', 'b', 'arrived'],
      [60, 'b', 'a', 'public network: its hops were used up'],
    ]);
  });

  it('tells packets with the same bytes apart by their order', () => {
    const same = (at: number, isLetIn: boolean) => crossing('a', { at, payload: 'again and again', isLetIn });
    expect(steps(told(together(same(1, true), same(2, false), same(3, true)))).map(([, , , end]) => end)).toEqual([
      'arrived',
      'arrived',
      "b's router: nothing had left from this port",
    ]);
  });

  it('is bounded, and counts what it leaves out; what changes is listed to the end', () => {
    const many = times(500).map((at) => crossing('a', { at, payload: bytes(at, 40), isLetIn: at < 400 }));
    const { ladder } = told(together(...many));
    expect(ladder.steps).toHaveLength(201);
    expect(ladder.steps.at(-1)).toMatchObject({ atMs: 400, dropped: { at: "b's router" } });
    expect(ladder.omitted).toBe(299);
  });
});

describe('a path', () => {
  const both = (at: number, how: (from: 'a' | 'b', at: number) => Seen): Seen =>
    together(how('a', at), how('b', at + 5));
  const direct =
    (length: number) =>
    (from: 'a' | 'b', at: number): Seen =>
      crossing(from, { at, payload: bytes(at + 1, length), isLetIn: true });
  /** In a frame of the relay's, such as channel data. */
  const relayed =
    (length: number) =>
    (from: 'a' | 'b', at: number): Seen => {
      const payload = bytes(at + 100_000, length);
      return byServer(from, {
        at,
        payload: Buffer.concat([Buffer.from([0x40, 1, 0, length]), payload]),
        passed: payload,
      });
    };

  it('is direct from when both have heard of each other', () => {
    expect(told(together(direct(30)('a', 10), direct(30)('b', 50))).path).toMatchObject({
      kind: 'direct',
      changes: [{ kind: 'direct', atMs: 50.6 }],
      carriedPayload: false,
    });
  });

  it('is none where what one says never gets in', () => {
    const seen = together(direct(30)('a', 10), crossing('b', { at: 20, payload: 'no', isLetIn: false }));
    expect(told(seen).path).toMatchObject({ kind: 'none', changes: [] });
  });

  it('is relayed where the same bytes come out within another frame', () => {
    const { path } = told(together(...times(4).map((index) => both(10 + 20 * index, relayed(60)))));
    expect(path).toMatchObject({ kind: 'relayed', via: ['server'], carriedPayload: false });
    expect(path.bytes.relayed).toEqual({ fromA: 4 * 88, fromB: 4 * 88 });
  });

  it('is none where both only talk to the same server, or hear their own words from it', () => {
    const talk = (from: 'a' | 'b', at: number): Seen =>
      together(
        leaving(from, SERVER, { at, payload: bytes(at, 300) }),
        coming(from, SERVER, { at: at + 1, payload: bytes(at + 7, 300), isLetIn: true }),
      );
    const echo = (from: 'a' | 'b', at: number): Seen =>
      together(
        leaving(from, SERVER, { at, payload: bytes(3, 300) }),
        coming(from, SERVER, { at: at + 1, payload: bytes(3, 300), isLetIn: true }),
      );
    for (const way of [talk, echo]) {
      expect(told(together(...times(20).map((index) => both(20 * index, way)))).path.kind).toBe('none');
    }
  });

  it('of bytes that come out changed, is relayed if there are many, and none if a meeting may take as many', () => {
    const changed = (from: 'a' | 'b', at: number): Seen =>
      byServer(from, { at, payload: bytes(at, 1000), passed: bytes(at + 500_000, 1016) });
    const path = (count: number) => told(together(...times(count).map((index) => both(20 * index, changed)))).path;
    expect([path(100).kind, path(20).kind]).toEqual(['relayed', 'none']);
  });

  it('of text that a server passes on over TCP, is none: so do offers and answers go', () => {
    const offer = (from: 'a' | 'b', at: number): Seen => {
      const text = `offer ${at}: candidate 203.0.113.101 4000 of side ${from}\n`;
      return byServer(from, { at, payload: text, passed: text, tcpFlags: 0x18 });
    };
    expect(told(together(...times(10).map((index) => both(20 * index, offer)))).path.kind).toBe('none');
  });

  it('turns from the relay to the direct one, and back, when its payload does', () => {
    const seen = together(
      ...times(50).map((index) => both(20 * index, relayed(200))),
      ...times(50).map((index) => both(1000 + 20 * index, direct(200))),
      ...times(50).map((index) => both(2000 + 20 * index, relayed(200))),
    );
    const { path } = told(seen);
    expect(path).toMatchObject({ kind: 'relayed', carriedPayload: true });
    expect(path.changes).toEqual([
      { kind: 'relayed', atMs: 7.1 },
      { kind: 'direct', atMs: 1005.6 },
      { kind: 'relayed', atMs: 2002.1 },
    ]);
  });

  it('is relayed where payload takes the relay and keepalives the direct one, and the other way round', () => {
    const keepalives = times(10).map((index) => index * 300);
    const payload = times(100).map((index) => index * 30);
    const kind = (quiet: typeof direct, busy: typeof direct) =>
      told(together(...keepalives.map((at) => both(at, quiet(20))), ...payload.map((at) => both(at + 7, busy(200)))))
        .path;
    expect(kind(direct, relayed)).toMatchObject({ kind: 'relayed', carriedPayload: true });
    expect(kind(relayed, direct)).toMatchObject({ kind: 'direct', carriedPayload: true });
  });

  it('is relayed where payload comes in drops by the relay, and less than a few keepalives directly', () => {
    const seen = together(
      ...times(5).map((index) => both(1000 * index, direct(16))),
      ...times(5).map((index) => both(1000 * index + 100, relayed(200))),
    );
    expect(told(seen).path).toMatchObject({ kind: 'relayed', carriedPayload: true });
  });

  it('is told from the counts alone where too little was captured', () => {
    const seen = together(direct(30)('a', 10), direct(30)('b', 50));
    const { path } = told(seen, { sent: new Map([['203.0.113.10', 1_000_000]]) });
    expect(path).toMatchObject({ kind: 'none', changes: [{ kind: 'direct' }] });
    expect(path.evidence).toMatch(/; only 0 % was captured$/);
  });
});
