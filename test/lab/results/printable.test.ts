import { expect, it } from 'vitest';
import { escapeXml, printable } from '../../../lab/results/printable.ts';

const ESC = String.fromCharCode(0x1b);

it('markup becomes text, in content and in attributes', () => {
  expect(escapeXml(`<a b="c">&amp; ]]> 'd'`)).toBe("&lt;a b=&quot;c&quot;&gt;&amp;amp; ]]&gt; 'd'");
});

it('a terminal’s colours, moves and links are left out', () => {
  expect(printable(`${ESC}[1;31mred${ESC}[0m ${ESC}[2K${ESC}]8;;http://x${ESC}\\link${ESC}]8;;${ESC}\\`)).toBe(
    'red link',
  );
});

it('what XML has no place for is left out, and the rest stays', () => {
  expect(printable('a\u0000b\u0008c\u001fd\u007fe\u0085f\ufffeg\uffffh')).toBe('abcdefgh');
  expect(printable('\ud800x\udc00')).toBe('x');
  expect(printable('\ttab é → 🙂\n')).toBe('\ttab é → 🙂\n');
});

it('what turns text around, or has no width, is spelled out', () => {
  expect(printable('a\tb\u202egnp.exe\u2069\u200b\ufeff\u2028c\n')).toBe(
    'a\tb\\u202egnp.exe\\u2069\\u200b\\ufeff\\u2028c\n',
  );
});

it('every line ends with a line feed', () => {
  expect(printable('one\r\ntwo\rthree\n')).toBe('one\ntwo\nthree\n');
});
