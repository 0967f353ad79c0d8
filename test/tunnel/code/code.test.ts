import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { parseCode } from '../../../src/tunnel/code/parse.ts';
import { bytesFrom, codeFrom, TEXTS } from './codes.ts';

describe('a code', () => {
  it('is five groups of five characters, and the server where there is one', () => {
    expect(TEXTS).toEqual([
      '6rdjf-xnv9w-e5w32-rgnqy-9nfp2',
      '94qe2-s6bd8-tgjpc-ubpwe-xvzbn@stun.example.org',
      '8sm5h-fyywf-fg7fp-74738-4uczv@a.example:3479',
      '9tmgu-yrgpf-nngzt-fda6u-uba9b@203.0.113.10',
      '86rvs-d2t3j-fpyyv-94djm-7p89s@2001:db8::7',
      '95kq5-bs7s5-f7ww7-wc7my-658sf@[2001:db8::7]:3479',
    ]);
  });

  it('has characters that nobody takes for another one, each as likely as any other', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 2_000; seed++) {
      for (const character of codeFrom(seed).secret) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted().join('')).toBe('23456789abcdefghjkmnpqrstuvwxyz');
    const expected = (2_000 * 21) / 31;
    const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The bound is the 99.9th percentile with 30 degrees of freedom; the bytes are the same each time.
    expect(chi2).toBeLessThan(59.7);
  });

  it('depends on every random byte that it is made of', () => {
    const all = bytesFrom('bytes')(40);
    const secrets = Array.from({ length: 40 }, (_, place) => {
      const other = Uint8Array.from(all, (byte, at) => (at === place ? byte ^ 1 : byte));
      return createCode({ server: null, once: false, randomBytes: () => other }).secret;
    });
    expect(new Set(secrets).size).toBe(40);
  });

  it.each([
    ['STUN.Example.ORG', 'stun.example.org'],
    ['203.0.113.10:3478', '203.0.113.10:3478'],
    ['[2001:DB8::7]', '2001:db8::7'],
    ['[2001:DB8::7]:99', '[2001:db8::7]:99'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('names the server %s as %s, which it can be read from', (server, named) => {
    const code = codeFrom(1, { server });
    expect(code.server).toBe(named);
    expect(parseCode(formatCode(code))).toEqual({ ok: true, code });
  });

  it.each(['', 'a b', 'stun.example.org:0', 'http://a.example', 'a/b', '[fe80::1%eth0]:1', 'a@b', 'x'.repeat(300)])(
    'is not made for the server %j',
    (server) => {
      expect(() => codeFrom(1, { server })).toThrow(UsageError);
    },
  );
});
