/** What the sides of a pipe ask each other for, and the receipts on the way. */
import { describe, expect, it } from 'vitest';
import { explainLoss } from '../../../src/tunnel/pipe/outcome.ts';
import { createReceipts, decodeReceipt, encodeReceipt } from '../../../src/tunnel/pipe/receipt.ts';
import { formatRequest, parseRequest } from '../../../src/tunnel/pipe/request.ts';

describe('a request', () => {
  it('is read as it was written', () => {
    const requests = [
      { kind: 'pipe' },
      { kind: 'received', bytes: 0 },
      { kind: 'stopped', bytes: 123_456_789_012_345 },
    ] as const;
    expect(requests.map((request) => parseRequest(formatRequest(request)))).toEqual(requests);
  });

  it.each([
    '',
    'pipes',
    'pipe received',
    'pipe received -1',
    'pipe received 01',
    'pipe received 1e9',
    'pipe received 1234567890123456',
    'pipe stopped 1 ',
    'tcp 22',
  ])('%j is none', (text) => {
    expect(parseRequest(text)).toBe(null);
  });
});

describe('a receipt', () => {
  it('is read as it was written', () => {
    expect([0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER].map((count) => decodeReceipt(encodeReceipt(count)))).toEqual([
      0,
      1,
      2 ** 32,
      Number.MAX_SAFE_INTEGER,
    ]);
  });

  it('of another length, or of more than can be counted, is none', () => {
    expect([Buffer.alloc(7), Buffer.alloc(9), Buffer.alloc(8, 0xff)].map(decodeReceipt)).toEqual([null, null, null]);
  });

  it('is due after 1 MiB or 200 ms, and not for nothing', () => {
    const isDue = createReceipts();
    const asked: readonly (readonly [number, number])[] = [
      ...[
        [0, 10],
        [100, 20],
        [150, 10 + 1_048_576],
        [200, 2_000_000],
        [350, 2_000_000],
        [900, 2_000_000],
      ],
    ] as [number, number][];
    expect(asked.map(([now, count]) => isDue(now, count))).toEqual([true, false, true, false, true, false]);
  });
});

it.each([
  [
    { sent: 1_234, confirmed: 0, received: 5, hasEnded: false },
    "gone: 1,234 bytes of yours were not confirmed, and the peer's stream broke off after 5 bytes",
  ],
  [{ sent: 8, confirmed: 7, received: 5, hasEnded: true }, 'gone: 1 byte of yours was not confirmed'],
  [{ sent: 7, confirmed: 7, received: 1, hasEnded: false }, "gone: the peer's stream broke off after 1 byte"],
  [{ sent: 7, confirmed: 7, received: 1, hasEnded: true }, 'gone; its last word did not come'],
])('a loss of %j is said', (counts, sentence) => {
  expect(explainLoss('gone', counts)).toBe(sentence);
});
