/** What strangers say, made safe to look at. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../src/visible.ts';

describe('text of strangers', () => {
  it.each([
    ['an escape sequence', '\u001b[2J\u001b]0;title\u0007', '\\u001b[2J\\u001b]0;title\\u0007'],
    ['the ends of lines', 'a\r\nb\u2028c\u2029d', 'a\\u000d\\u000ab\\u2028c\\u2029d'],
    ['tab, backspace, null and delete', '\t\b\0\u007f', '\\u0009\\u0008\\u0000\\u007f'],
    ['the controls of C1', '\u009b31m\u0085', '\\u009b31m\\u0085'],
    ['marks and overrides of direction', '\u202elive\u2066\u200f\u061c', '\\u202elive\\u2066\\u200f\\u061c'],
    ['what has no width', 'a\u200bb\u2060c\ufeffd\u00ade\u3164', 'a\\u200bb\\u2060c\\ufeffd\\u00ade\\u3164'],
    ['tags, beyond the first plane', 'a\u{e0041}', 'a\\udb40\\udc41'],
    ['half of a surrogate pair', 'a\ud83dz', 'a\\ud83dz'],
  ])('shows %s', (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('is left as it is where all of it is seen', () => {
    const text = 'Ünïcödé, 日本語, שלום, 🦊 ↔ "\\" 12 ms';
    expect(visible(text)).toBe(text);
  });

  it('is the same JSON afterwards, when it is JSON', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (value) => {
        expect(JSON.parse(visible(JSON.stringify(value)))).toEqual(value);
      }),
      { examples: [[[['a\u202e\u009b', '\u{e0041}\ud83d\u007f\\\u200b']]]] },
    );
  });
});
