/** What two servers do for the pages of each other, and how little anybody can make of it. */
import { describe, expect, it } from 'vitest';
import { CARRIED_MAX_BYTES, FRAGMENT_BURST } from '../../../../server/browser/decisions/carriage.ts';
import { drawTransactionId } from '../../../../server/browser/decisions/fragment.ts';
import { CHECK_RATE } from '../../../../server/browser/decisions/limits.ts';
import { BORROWED_CHECKS_PER_SECOND, BORROWED_PER_SECOND } from '../../../../server/partner/decisions/pages/borrow.ts';
import {
  LEASE_MS,
  LEASES_MAX,
  LENT_CHECKS,
  LENT_CHECKS_PER_SECOND,
  LENT_PER_SECOND,
  SPOKEN_MS,
} from '../../../../server/partner/decisions/pages/lend.ts';
import { LISTED_MAX } from '../../../../server/partner/decisions/pages/message.ts';
import { HELLO_MS } from '../../../../server/partner/decisions/standing.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { CLIENT, request } from '../../stun/requests.ts';
import { arrive, ask, checkFor, KEY, naming, ONE, open } from '../pages-pair.ts';
import { createPair, type Pair, type Side } from '../pair.ts';

const fragmentAt = (index: number): string => `${index}`.padStart(8, '0');
const ELSEWHERE = { address: '192.0.2.99', port: CLIENT.port };

const wanted = <Kind extends Pair['pages']['a'][number]['kind']>({ pages }: Pair, side: Side, kind: Kind) =>
  pages[side].filter((one) => one.kind === kind);
const refused = (pair: Pair) =>
  Object.fromEntries(Object.entries(pair.link('b').counts.refused).filter(([, count]) => count > 0));
const unsent = (pair: Pair, side: Side) =>
  Object.fromEntries(Object.entries(pair.link(side).counts.unsent).filter(([, count]) => count > 0));

describe('a datagram that names a fragment of the partner', () => {
  it('is carried to the partner with where it came to and from', () => {
    const pair = open();
    expect(pair.link('b').isLent(naming(ONE))).toBe(true);
    arrive(pair, ONE);
    const carry = { arrivedAt: 'altPort', remote: CLIENT, bytes: naming(ONE) };
    expect(pair.pages.a).toEqual([{ kind: 'carried', carry }]);
  });

  it('is nothing to a server that was not told of it', () => {
    const pair = open();
    expect(pair.link('b').isLent(naming('another1'))).toBe(false);
    expect(pair.link('a').isLent(naming(ONE))).toBe(false);
    arrive(pair, 'another1');
    expect(pair.pages.a).toEqual([]);
  });

  it('is carried as long as the partner tells of it, and a while after', () => {
    const pair = open();
    pair.pass(LEASE_MS - HELLO_MS);
    pair.tell('a', { kind: 'fragments', fragments: [ONE] });
    pair.pass(LEASE_MS - HELLO_MS);
    expect(pair.link('b').isLent(naming(ONE))).toBe(true);
    pair.pass(HELLO_MS);
    expect(pair.link('b').isLent(naming(ONE))).toBe(false);
    expect(pair.pages.b).toEqual([
      { kind: 'lease', fragment: ONE, isThere: true },
      { kind: 'lease', fragment: ONE, isThere: false },
    ]);
  });

  it('is not carried while the partner is not heard', () => {
    const pair = open();
    pair.alive.a = false;
    pair.pass(2_000);
    arrive(pair, ONE);
    expect(pair.pages.a).toEqual([]);
    expect(unsent(pair, 'b')).toEqual({ 'partner-down': 1 });
  });

  it('is carried 150 times at once, and takes nothing from another fragment', () => {
    const pair = open([ONE, 'another1']);
    for (let count = 0; count < 1_000; count++) arrive(pair, ONE);
    expect(pair.pages.a).toHaveLength(FRAGMENT_BURST);
    arrive(pair, 'another1');
    expect(pair.pages.a).toHaveLength(FRAGMENT_BURST + 1);
    expect(unsent(pair, 'b')).toEqual({ 'too-many-of-fragment': 1_000 - FRAGMENT_BURST });
  });

  it('is carried 2,000 times a second at most, whatever number of fragments there is', () => {
    const fragments = Array.from({ length: 100 }, (_, index) => fragmentAt(index));
    const pair = open(fragments);
    for (const fragment of fragments) for (let count = 0; count < 50; count++) arrive(pair, fragment);
    expect(pair.pages.a).toHaveLength(LENT_PER_SECOND);
    expect(unsent(pair, 'b')).toEqual({ 'too-many': 5_000 - LENT_PER_SECOND });
    expect(BORROWED_PER_SECOND).toBe(2 * LENT_PER_SECOND);
  });
});

describe('the fragments of a partner', () => {
  it('are 2,016 at most', () => {
    const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => fragmentAt(from + index));
    const pair = open(many(0, 5_000));
    expect(wanted(pair, 'b', 'lease')).toHaveLength(LEASES_MAX);
    expect(pair.link('b').isLent(naming(fragmentAt(4_999)))).toBe(true);
    expect(pair.link('b').isLent(naming(fragmentAt(0)))).toBe(false);
    pair.tell('a', { kind: 'fragments', fragments: many(9_000, 3) });
    expect(wanted(pair, 'b', 'lease')).toHaveLength(LEASES_MAX);
    expect(refused(pair)).toEqual({ 'too-many': 3 });
  });

  it('are told in lists of 56, as fast as all of them change in a second and no faster', () => {
    const fragments = Array.from({ length: LEASES_MAX }, (_, index) => fragmentAt(index));
    const pair = open(fragments);
    expect([LISTED_MAX, pair.link('a').counts.sent.fragments]).toEqual([56, LEASES_MAX / 56]);
    for (let count = 0; count < 100; count++) pair.tell('a', { kind: 'fragments', fragments });
    expect(pair.link('a').counts.sent.fragments).toBe(200);
  });

  it('are told to nobody while the partner is away', () => {
    const pair = createPair();
    pair.tell('a', { kind: 'fragments', fragments: [ONE] });
    expect(pair.link('a').counts.sent.fragments).toBe(0);
  });
});

describe('a check that the partner asks for', () => {
  it('is sent to an address that has named the same detection, at whatever port', () => {
    const pair = open();
    arrive(pair, ONE);
    const to = { ...CLIENT, port: CLIENT.port + 1 };
    ask(pair, { to });
    expect(wanted(pair, 'b', 'transmit')).toEqual([
      { kind: 'transmit', transmit: { fromPort: 'altPort', to, bytes: checkFor(ONE) } },
    ]);
    expect(refused(pair)).toEqual({});
  });

  it.each([
    ['an address that has sent nothing', { to: ELSEWHERE }, 'unspoken'],
    ['an address that has sent something for another detection', { bytes: checkFor('another1') }, 'unspoken'],
    ['a detection of which it was not told', { bytes: checkFor('another2') }, 'no-such-fragment'],
    ['a plain request', { bytes: request([], { id: drawTransactionId(ONE, () => new Uint8Array(4)) }) }, 'no-check'],
    ['a request without integrity', { bytes: naming(ONE) }, 'no-check'],
    ['an indication', { bytes: indication() }, 'no-check'],
    ['anything else', { bytes: new Uint8Array(100).fill(7) }, 'no-check'],
  ] as const)('is not sent: %s', (_, asked, why) => {
    const pair = open([ONE, 'another1']);
    arrive(pair, ONE);
    ask(pair, asked);
    expect(wanted(pair, 'b', 'transmit')).toEqual([]);
    expect(refused(pair)).toEqual({ [why]: 1 });
  });

  it('is not sent where the address has been silent for 15 s', () => {
    const pair = open();
    arrive(pair, ONE);
    const keep = (ms: number): void => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        pair.pass(1_000);
        pair.tell('a', { kind: 'fragments', fragments: [ONE] });
      }
    };
    keep(SPOKEN_MS - 1_000);
    ask(pair);
    expect(wanted(pair, 'b', 'transmit')).toHaveLength(1);
    keep(1_000);
    ask(pair);
    expect(wanted(pair, 'b', 'transmit')).toHaveLength(1);
    expect(refused(pair)).toEqual({ unspoken: 1 });
  });

  it('is not sent on behalf of the ninth address that names the detection', () => {
    const pair = open();
    const addresses = Array.from({ length: 9 }, (_, index) => ({ ...CLIENT, address: `192.0.2.${index + 1}` }));
    for (const remote of addresses) arrive(pair, ONE, remote);
    for (const to of addresses) ask(pair, { to });
    expect(wanted(pair, 'b', 'transmit')).toHaveLength(8);
    expect(refused(pair)).toEqual({ unspoken: 1 });
  });

  it('is sent for one detection somewhat more often than a page is sent checks, and no more', () => {
    const pair = open();
    arrive(pair, ONE);
    for (let count = 0; count < 500; count++) ask(pair);
    expect(wanted(pair, 'b', 'transmit')).toHaveLength(LENT_CHECKS.burst);
    expect(refused(pair)).toEqual({ 'too-many': 500 - LENT_CHECKS.burst });
    expect(LENT_CHECKS.burst).toBeGreaterThan(CHECK_RATE.burst);
    expect(LENT_CHECKS.intervalMs).toBeLessThan(CHECK_RATE.intervalMs);
  });

  it('is asked for 1,000 times a second at most, which is half of what the partner sends', () => {
    const fragments = Array.from({ length: 20 }, (_, index) => fragmentAt(index));
    const pair = open(fragments);
    for (const fragment of fragments) arrive(pair, fragment);
    for (const fragment of fragments) for (let n = 0; n < 100; n++) ask(pair, { bytes: checkFor(fragment) });
    expect(wanted(pair, 'b', 'transmit')).toHaveLength(BORROWED_CHECKS_PER_SECOND);
    expect(unsent(pair, 'a')).toEqual({ 'too-many': 2_000 - BORROWED_CHECKS_PER_SECOND });
    expect(LENT_CHECKS_PER_SECOND).toBe(2 * BORROWED_CHECKS_PER_SECOND);
  });

  it('is not asked for where it is too long, or the partner is away', () => {
    const pair = open();
    ask(pair, { bytes: new Uint8Array(CARRIED_MAX_BYTES + 1) });
    pair.alive.b = false;
    pair.pass(2_000);
    ask(pair);
    expect(unsent(pair, 'a')).toEqual({ 'too-long': 1, 'partner-down': 1 });
  });
});

function indication(): Uint8Array {
  const attributes = [
    { type: 'USERNAME', value: `page:${ONE}` },
    { type: 'PRIORITY', value: 1 },
  ] as const;
  const transactionId = drawTransactionId(ONE, () => new Uint8Array(4));
  const message = { class: 'indication', method: METHOD.binding, transactionId, attributes } as const;
  return encode(message, { integrity: { algorithm: 'sha1', key: KEY }, fingerprint: true });
}
