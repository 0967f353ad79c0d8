/** Plain text is measured and broken without what knows of all letters, and comes out the same. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import wrapAnsi from 'wrap-ansi';
import { widthOf } from '../../../../cli/render/layout/width.ts';
import { hang } from '../../../../cli/render/layout/wrap.ts';

/** Mostly plain ones. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab   -…→−×·—–'), maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'ab \t\né漢👍', '\u001b[31m'), maxLength: 60 }),
);

describe('a text', () => {
  it('is as wide as what knows of all letters says', () => {
    fc.assert(
      fc.property(text, (each) => {
        expect(widthOf(each)).toBe(stringWidth(each));
      }),
    );
  });

  it('is broken where what knows of all letters breaks it', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 30 }), (each, columns) => {
        expect(hang('', each, columns)).toBe(isOneLine(each, columns) ? each : wrapAnsi(each, columns, { hard: true }));
      }),
      { numRuns: 500 },
    );
  });
});

/** It is left as it is, with the blanks at its ends. */
function isOneLine(each: string, columns: number): boolean {
  return each.length <= columns && /^[ -~]*$/.test(each);
}
