import { describe, expect, it } from 'vitest';
import { ALPHABET, checkOf } from '../../../src/tunnel/code/check.ts';
import { type Code, formatCode } from '../../../src/tunnel/code/code.ts';
import { CODE_MAX_CHARACTERS, parseCode } from '../../../src/tunnel/code/parse.ts';
import { codeFrom, TEXTS } from './codes.ts';

const parsed = TEXTS.map((text) => ({ text, read: parseCode(text) }));
const messageOf = (text: string): string => {
  const read = parseCode(text);
  return read.ok ? 'no problem' : read.message;
};
const PLAIN = formatCode(codeFrom(0));
const NAMED = formatCode(codeFrom(1, { server: 'stun.example.org' }));

describe('a code that is read', () => {
  it('is the one that was written', () => {
    for (const [seed, { text, read }] of parsed.entries()) {
      expect(read.ok && formatCode(read.code)).toBe(text);
      expect(read.ok && read.code.secret).toBe(codeFrom(seed).secret);
    }
    const codes: readonly Code[] = parsed.flatMap(({ read }) => (read.ok ? [read.code] : []));
    expect(codes.map(({ once }) => once)).toEqual([false, true, false, true, false, true]);
  });

  it.each([
    ['in capitals', (text: string) => text.toUpperCase()],
    ['without dashes', (text: string) => text.replaceAll('-', '')],
    ['with spaces around each character', (text: string) => [...text].join(' ').replace(/@.*/, '')],
    ['with a line feed at its end', (text: string) => `${text}\n`],
    ['with the dashes of a word processor', (text: string) => text.replaceAll('-', '\u2013')],
    ['with characters between that nobody sees', (text: string) => `\ufeff${text.replaceAll('-', '\u200b')}`],
    ['in groups of another size', (text: string) => text.replaceAll('-', '').replaceAll(/(....)/g, '$1 ')],
  ])('may come %s', (_how, change) => {
    expect(parseCode(change(PLAIN))).toEqual({ ok: true, code: codeFrom(0) });
  });

  it('may come in capitals and without dashes where it names a server', () => {
    const [secret = '', server = ''] = NAMED.split('@');
    const text = ` ${secret.replaceAll('-', ' ')} @ ${server} `.toUpperCase();
    expect(parseCode(text)).toEqual({ ok: true, code: codeFrom(1, { server: 'stun.example.org' }) });
  });
});

describe('a code that is wrong', () => {
  it('is never taken for another one, whichever character is any other of ASCII', () => {
    const ascii = Array.from({ length: 128 }, (_, unit) => String.fromCharCode(unit));
    for (const { text, read } of parsed) {
      for (const place of text.split('').keys()) {
        for (const other of ascii) {
          const wrong = parseCode(text.slice(0, place) + other + text.slice(place + 1));
          if (wrong.ok) expect(wrong).toEqual(read);
        }
      }
    }
  });

  it('is never taken for another one where two neighbours are swapped', () => {
    for (const { text, read } of parsed) {
      for (const place of text.split('').keys()) {
        const [own = '', next = ''] = [text[place], text[place + 1]];
        const wrong = parseCode(text.slice(0, place) + next + own + text.slice(place + 2));
        if (wrong.ok) expect(wrong).toEqual(read);
      }
    }
  });

  it.each([
    ['nothing', '', 'the code is empty: natcheck code makes one'],
    ['spaces and dashes', ' -- \n', 'the code is empty: natcheck code makes one'],
    [
      'an l for a 1',
      PLAIN.replace(/^(.{8})./, '$1l'),
      `the code is mistyped: its group 2 has 'l', and no code has a character other than ${ALPHABET}`,
    ],
    [
      'a control character',
      `${PLAIN.slice(0, 3)}\u001b${PLAIN.slice(4)}`,
      `the code is mistyped: its group 1 has '\\u001b', and no code has a character other than ${ALPHABET}`,
    ],
    [
      'a character too few',
      PLAIN.slice(0, -1),
      'the code is mistyped: it has 24 letters and digits, and a code has 25',
    ],
    [
      'its first character missing',
      NAMED.slice(1),
      'the code is mistyped: it has 24 letters and digits before the @, and a code has 25',
    ],
    [
      'its server missing',
      NAMED.replace(/@.*/, ''),
      'the code is mistyped: either its first character is wrong, or the @ with the name of a server is missing at its end',
    ],
    [
      'nothing after its @',
      NAMED.replace(/@.*/, '@'),
      'the code is mistyped: what follows the @ is not the name or address of a server',
    ],
    [
      'another server',
      NAMED.replace('stun', 'turn'),
      'the code is mistyped: compare it with the other side, group by group',
    ],
    [
      'a letter of the server wrong',
      NAMED.replace('stun', 'sten'),
      "the code is mistyped: the mistake seems to be in its server's name",
    ],
    [
      'a letter of the third group wrong',
      NAMED.replace(/^(.{14})./, '$1z'),
      'the code is mistyped: the mistake seems to be in its group 3',
    ],
  ])('with %s is told so', (_what, text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  it('is too long with one character more than its limit, whatever they are', () => {
    const padded = `${PLAIN}${' '.repeat(CODE_MAX_CHARACTERS - PLAIN.length)}`;
    expect(parseCode(padded).ok).toBe(true);
    expect(parseCode(`${padded} `)).toEqual({
      ok: false,
      problem: 'too-long',
      message: 'this is not a code: one has 646 characters at most',
    });
  });

  it('is of a newer natcheck where its check is right, whatever its length and its server', () => {
    for (const server of ['', 'stun.example.org']) {
      const unchecked = `${ALPHABET[2 * 4]}${'z'.repeat(30)}`;
      const text = `${unchecked}${checkOf({ characters: unchecked, server })}${server && `@${server}`}`;
      expect(parseCode(text)).toEqual({
        ok: false,
        problem: 'newer',
        message: 'this code is of a newer natcheck: update the natcheck on this machine',
      });
    }
  });

  it('is mistyped, and of no newer natcheck, where only its first character says so', () => {
    expect(parseCode(`z${PLAIN.slice(1)}`)).toMatchObject({ ok: false, problem: 'mistyped' });
  });

  it('is mistyped where its first character is of no version, though its check is right', () => {
    const unchecked = `2${'z'.repeat(21)}`;
    const text = unchecked + checkOf({ characters: unchecked, server: '' });
    expect(parseCode(text)).toMatchObject({ ok: false, problem: 'mistyped' });
  });

  it('has nothing of its secret in what is said of it', () => {
    const { secret } = codeFrom(0);
    for (const place of [...PLAIN].keys()) {
      const message = messageOf(PLAIN.slice(0, place) + PLAIN.slice(place + 1)).replace(ALPHABET, '');
      for (let at = 0; at + 4 <= secret.length; at++) expect(message).not.toContain(secret.slice(at, at + 4));
    }
  });
});
