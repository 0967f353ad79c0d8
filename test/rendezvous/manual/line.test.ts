import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../lab/sim/network/random.ts';
import {
  formatManualLine,
  LINE_MAX_CHARACTERS,
  type ManualLine,
  readManualLine,
} from '../../../src/rendezvous/manual/line.ts';

/** A host with both families behind an unpleasant NAT, with every kind of candidate. */
const OFFER: ManualLine = {
  kind: 'offer',
  secret: '7k2mfqx9wzr4',
  endpoint: { address: '203.0.113.77', port: 40_123 },
  endpoint6: { address: '2001:db8:77:1:89ab:cdef:123:4567', port: 51_234 },
  candidates: [
    'candidate:1177235205 1 udp 2130706431 192.168.178.23 40123 typ host',
    'candidate:2941590464 1 udp 2130706175 2001:db8:77:1:89ab:cdef:123:4567 51234 typ host',
    'candidate:3308152991 1 udp 1694498815 203.0.113.77 40123 typ srflx raddr 192.168.178.23 rport 40123',
    'candidate:842163049 1 udp 16777215 198.51.100.9 49160 typ relay raddr 203.0.113.77 rport 40123',
  ],
  behavior: {
    mapping: 'address-and-port-dependent',
    filtering: 'address-and-port-dependent',
    allocation: { kind: 'sequential', step: 2, range: null },
  },
  behavior6: { mapping: 'none', filtering: 'undetermined' },
};

describe('a line', () => {
  it('says what was told, in fewer than 500 characters', () => {
    const text = formatManualLine(OFFER);
    expect(text).toMatch(/^natcheck-offer-1\.[A-Za-z0-9_-]+$/);
    expect(text.length).toBeLessThan(LINE_MAX_CHARACTERS);
    const read = readManualLine(text);
    expect(read).toMatchObject({
      ok: true,
      line: { ...OFFER, candidates: expect.arrayContaining([...OFFER.candidates]) },
    });
  });

  it('of a host with more addresses than fit leaves out its own ones, and keeps the rest', () => {
    const random = createRandom(1);
    const own = Array.from(
      { length: 28 },
      (_, n) =>
        `candidate:${random.integer(2 ** 32)} 1 udp ${2130706431 - n} 10.${random.integer(256)}.${random.integer(256)}.7 ${random.integer(65_000) + 1} typ host`,
    );
    const text = formatManualLine({ ...OFFER, candidates: [...own, ...OFFER.candidates] });
    expect(text.length).toBeLessThan(LINE_MAX_CHARACTERS);
    const read = readManualLine(text);
    const kept = read.ok ? read.line.candidates : [];
    expect(kept.filter((one) => !one.endsWith('host'))).toEqual(expect.arrayContaining(OFFER.candidates.slice(2)));
    expect(kept.length).toBeGreaterThan(2);
  });

  it('is read out of what a chat makes of it', () => {
    const text = formatManualLine(OFFER);
    const wrapped = `here: ${text.slice(0, 70)}\n  ${text.slice(70, 140)}\r\n${text.slice(140)}`;
    for (const pasted of [wrapped, `${text} thanks`, `${wrapped}\nIs it right? I think so\n`]) {
      expect(readManualLine(pasted)).toMatchObject({ ok: true, line: { secret: OFFER.secret } });
    }
  });

  it.each([
    ['nothing', '', /^this is no line of natcheck/],
    ['something else', 'nc1-abcd', /^this is no line of natcheck/],
    [
      'a line of a later version',
      'natcheck-offer-2.AAAA',
      /^this line is of version 2, and this natcheck reads version 1/,
    ],
    ['the beginning of a line', formatManualLine(OFFER).slice(0, -9), /^this line is damaged/],
    [
      'a line with one character changed',
      formatManualLine(OFFER).replace(/.{9}$/, 'AAAAAAAAA'),
      /^this line is damaged/,
    ],
    ['many words', 'natcheck-offer-1.A '.repeat(10_000), /^this line is damaged/],
    ['a megabyte', 'x'.repeat(1_000_000), /^this is no line of natcheck/],
  ])('is told from %s', (_what, text, problem) => {
    expect(readManualLine(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});
