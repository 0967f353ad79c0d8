/** What partners say to each other about pages, as bytes. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CARRIED_MAX_BYTES } from '../../../../../server/browser/decisions/carriage.ts';
import { LONG_BYTES, LONG_INNER_BYTES, SEALED_BYTES } from '../../../../../server/partner/decisions/lengths.ts';
import { decodeMessage, encodeMessage } from '../../../../../server/partner/decisions/message.ts';
import { CLIENT, CLIENT_V6 } from '../../../stun/requests.ts';
import { arrive, ask, ONE, open } from '../../pages-pair.ts';

const port = fc.integer({ min: 1, max: 65_535 });
const bytes = fc.uint8Array({ maxLength: CARRIED_MAX_BYTES });
const side = fc.constantFrom('port' as const, 'altPort' as const);

it('what is said of pages comes out as it went in, in datagrams of 512 bytes, while all others have 128', () => {
  fc.assert(
    fc.property(fc.boolean(), port, bytes, side, (isSix, port, bytes, arrivedAt) => {
      const remote = { address: (isSix ? CLIENT_V6 : CLIENT).address, port };
      const family = isSix ? 'IPv6' : 'IPv4';
      for (const message of [
        { kind: 'carry', carry: { arrivedAt, remote, bytes } },
        { kind: 'transmit', transmit: { fromPort: arrivedAt, to: remote, bytes } },
      ] as const) {
        expect(decodeMessage(encodeMessage(message), family)).toEqual(message);
      }
    }),
  );
  const pair = open();
  arrive(pair, ONE);
  ask(pair);
  const lengths = pair.sent.slice(-3).map((one) => one.bytes.length);
  expect(lengths).toEqual([LONG_BYTES, LONG_BYTES, LONG_BYTES]);
  expect(new Set(pair.sent.slice(0, -3).map((one) => one.bytes.length))).toEqual(new Set([SEALED_BYTES]));
});

it('what is said of pages is read from no other bytes', () => {
  const inner = fc.uint8Array({ minLength: LONG_INNER_BYTES, maxLength: LONG_INNER_BYTES });
  let read = 0;
  fc.assert(
    fc.property(inner, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 60 }), (bytes, kind, second) => {
      bytes[0] = kind;
      bytes[1] = second;
      const message = decodeMessage(bytes, 'IPv4');
      if (message === null) return;
      read++;
      // It has a form, and is all that was in it.
      const again = decodeMessage(encodeMessage(message), 'IPv4');
      expect(again).toEqual(message);
    }),
    { numRuns: 3_000 },
  );
  expect(read).toBeGreaterThan(0);
  for (const length of [0, 1, LONG_INNER_BYTES - 1, LONG_INNER_BYTES + 1]) {
    expect(decodeMessage(new Uint8Array(length).fill(5), 'IPv4')).toBeNull();
  }
});
