/** The codes of docs/code.md are codes, and the sentences there are those that are said. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatCode } from '../../src/tunnel/code/code.ts';
import { parseCode } from '../../src/tunnel/code/parse.ts';

const PAGE = readFileSync(new URL('../../docs/code.md', import.meta.url), 'utf8');
const CODE = '83nrc-pae88-n85zq-tr3xf-khd9m@stun.example.org';
const messageOf = (text: string): string => {
  const read = parseCode(text);
  return read.ok ? 'no problem' : read.message;
};

describe('docs/code.md', () => {
  it('has an example that is a code, and is drawn as it is', () => {
    const read = parseCode(CODE);
    expect(read).toMatchObject({ ok: true, code: { once: false, server: 'stun.example.org' } });
    expect(PAGE.match(/([2-9a-z]{5}-){4}[2-9a-z]{5}@stun\.example\.org/g)).toEqual([CODE]);
    const drawn = /^ {3}(\w) (\w{21}) (\w{3}) @ (\S+)$/m.exec(PAGE)?.slice(1) ?? [];
    expect(`${drawn[0]}${drawn[1]}${drawn[2]}@${drawn[3]}`).toBe(CODE.replaceAll('-', ''));
    expect(read.ok && formatCode(read.code)).toBe(CODE);
  });

  it.each([
    [''],
    ['63nrc-pael8'],
    ['63nrc-pae88-n85zq-tr3xf-khd9'],
    [CODE.replace('n85zq', 'n85zp')],
    [CODE.replace(/@.*/, '')],
    [CODE.replace('stun', 'turn')],
  ])('says of %j what is said of it', (text) => {
    expect(PAGE).toContain(messageOf(text).replace(/other than [2-9a-z]+$/, 'other than …'));
  });
});
