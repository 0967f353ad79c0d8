import { describe, expect, it } from 'vitest';
import { ALPHABET, checkOf, isChecked, SERVER_ALPHABET, suspectsOf } from '../../../src/tunnel/code/check.ts';
import { bytesFrom } from './codes.ts';

/** 22 characters and their check, with a server's name or none. */
function textFrom(seed: number) {
  const unchecked = [...bytesFrom(seed)(22)].map((byte) => ALPHABET[byte % 31]).join('');
  const server = ['', 'stun.example.org', '[2001:db8::7]:3479', 'a-b_c.example:65535'][seed % 4] ?? '';
  return { characters: unchecked + checkOf({ characters: unchecked, server }), server };
}
const TEXTS = Array.from({ length: 40 }, (_, seed) => textFrom(seed));

/** Every text with one other character. */
function substitutions(text: string, alphabet: string): readonly string[] {
  return [...text].flatMap((own, place) =>
    [...alphabet]
      .filter((other) => other !== own)
      .map((other) => `${text.slice(0, place)}${other}${text.slice(place + 1)}`),
  );
}

/** Every text with two different characters swapped, wherever they are. */
function swaps(text: string): readonly string[] {
  const places = [...text].map((_, place) => place);
  return places.flatMap((a) =>
    places
      .filter((b) => b > a && text[a] !== text[b])
      .map((b) => `${text.slice(0, a)}${text[b]}${text.slice(a + 1, b)}${text[a]}${text.slice(b + 1)}`),
  );
}

describe('a check', () => {
  it('is right for what it was made of', () => {
    expect(TEXTS.filter((text) => !isChecked(text))).toEqual([]);
    expect(checkOf({ characters: '6222222222222222222222', server: '' })).toBe('yxx');
  });

  it('finds each character that is another one, in the server’s name as well', () => {
    let tried = 0;
    for (const { characters, server } of TEXTS) {
      const wrong = [
        ...substitutions(characters, ALPHABET).map((other) => ({ characters: other, server })),
        ...substitutions(server, SERVER_ALPHABET).map((other) => ({ characters, server: other })),
      ];
      expect(wrong.filter(isChecked)).toEqual([]);
      tried += wrong.length;
    }
    expect(tried).toBe(51_730);
  });

  it('finds each two characters that are swapped, neighbours or not', () => {
    for (const { characters, server } of TEXTS) {
      const wrong = [
        ...swaps(characters).map((other) => ({ characters: other, server })),
        ...swaps(server).map((other) => ({ characters, server: other })),
      ];
      expect(wrong.filter(isChecked)).toEqual([]);
    }
  });

  it('passes by chance about once in 29,789', () => {
    const texts = Array.from({ length: 200_000 }, (_, seed) => seed.toString(31).padStart(8, '0'));
    const passed = texts.filter((text) =>
      isChecked({ characters: [...text].map((digit) => ALPHABET[Number.parseInt(digit, 31)]).join(''), server: '' }),
    );
    expect(passed.length).toBe(Math.ceil(200_000 / 29_789));
  });
});

describe('the suspects of a mistake', () => {
  it('always have the place of the one character that is wrong among them', () => {
    const [text] = TEXTS;
    const { characters = '', server = '' } = text ?? {};
    for (const [index, other] of substitutions(characters, ALPHABET).entries()) {
      expect(suspectsOf({ characters: other, server }).places).toContain(Math.trunc(index / 30));
    }
  });

  it('have the server’s name among them where it is there', () => {
    const { characters, server } = textFrom(1);
    expect(suspectsOf({ characters, server: server.replace('stun', 'sturn').replace('example', 'exampel') })).toEqual({
      places: [],
      server: false,
    });
    expect(suspectsOf({ characters, server: server.replace('stun', 'stum') }).server).toBe(true);
    expect(suspectsOf({ characters, server: server.replace('stun', 'stnu') }).server).toBe(true);
  });
});
