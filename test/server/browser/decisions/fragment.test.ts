/** Which socket of a page a datagram may be for. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import { drawTransactionId, fragmentOf } from '../../../../server/browser/decisions/fragment.ts';
import { encodeCheck, encodeSuccess } from '../../../../src/ice/checks/messages.ts';
import type { Attribute } from '../../../../src/stun/attribute.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { attribute } from '../../../../src/stun/message.ts';
import { CLASSIC_ID, CLIENT, request } from '../../stun/requests.ts';

const FRAGMENT = 'aB3/+xyZ';
const KEY = new Uint8Array(22).fill(1);
const username = (value: string): Attribute => ({ type: 'USERNAME', value });
const SOFTWARE: Attribute = { type: 'SOFTWARE', value: 'browser' };
const random = createRandom(3);

const check = (name: string): Uint8Array =>
  encodeCheck({
    transactionId: random.bytes(12),
    ...{ username: name, key: KEY, priority: 1, role: 'controlling', tieBreaker: 1n, nominates: false },
  });

describe('the fragment of a datagram', () => {
  it('is what a check names before the colon, wherever in it that is', () => {
    expect(fragmentOf(check(`${FRAGMENT}:page`))).toBe(FRAGMENT);
    expect(fragmentOf(check(`${FRAGMENT}:${'p'.repeat(256)}`))).toBe(FRAGMENT);
    expect(fragmentOf(request([SOFTWARE, username(`${FRAGMENT}:p`)]))).toBe(FRAGMENT);
    expect(fragmentOf(Buffer.concat([Buffer.of(9), check(`${FRAGMENT}:page`)]).subarray(1))).toBe(FRAGMENT);
  });

  it('is what the transaction id of the check begins with that is answered', () => {
    const id = drawTransactionId(FRAGMENT, random.bytes);
    expect([id.length, Buffer.from(id.subarray(0, 8)).toString()]).toEqual([12, FRAGMENT]);
    expect(fragmentOf(encodeSuccess(id, CLIENT, KEY))).toBe(FRAGMENT);
    expect(drawTransactionId(FRAGMENT, random.bytes)).not.toEqual(id);
  });

  it.each([
    ['a plain request', request()],
    ['a request without USERNAME', request([SOFTWARE])],
    ['a USERNAME without a colon', request([username(`${FRAGMENT}page`)])],
    ['a USERNAME of eight characters', request([username(FRAGMENT)])],
    ['a shorter fragment', request([username('aB3:page-page-page')])],
    ['a longer fragment', request([username(`${FRAGMENT}x:page`)])],
    ['a classic request', request([username(`${FRAGMENT}:page`)], { id: CLASSIC_ID })],
    ['an indication', request([username(`${FRAGMENT}:page`)], { kind: 'indication' })],
    ['an error response', request([username(`${FRAGMENT}:page`)], { kind: 'error' })],
    ['a request to a relay', request([username(`${FRAGMENT}:page`)], { method: 3 })],
    ['a success response without attributes', request([], { kind: 'success' })],
    ['nothing', new Uint8Array()],
  ])('is not there in %s', (_, bytes) => {
    expect(fragmentOf(bytes)).toBeNull();
  });

  it('is that of the decoded message in whatever bytes, or none', () => {
    const good = check(`${FRAGMENT}:page`);
    let named = 0;
    for (let run = 0; run < 20_000; run++) {
      const bytes = good.slice(0, run % 3 === 0 ? random.integer(good.length) : good.length);
      if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256);
      const found = fragmentOf(bytes);
      const decoded = decode(bytes);
      if (!decoded.ok || decoded.message.class !== 'request' || decoded.message.transactionId.length !== 12) continue;
      const name = decoded.message.method === 1 ? (attribute(decoded.message, 'USERNAME') ?? '') : '';
      expect(found).toBe(/^.{8}:/s.test(name) ? name.slice(0, 8) : null);
      named++;
    }
    expect(named).toBeGreaterThan(1_000);
  });
});
