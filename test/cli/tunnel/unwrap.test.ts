/** An answer that comes in several lines. */
import { describe, expect, it } from 'vitest';
import { createUnwrapping } from '../../../cli/tunnel/unwrap.ts';

const ANSWER = 'natcheck-answer-1.AAAA';

describe('a line that was wrapped', () => {
  it('is whole with the last of its parts', () => {
    const unwrap = createUnwrapping();
    expect([`here: ${ANSWER}`, 'BBBB', '  CCCC'].map(unwrap)).toEqual([
      `here: ${ANSWER}`,
      `here: ${ANSWER}\nBBBB`,
      `here: ${ANSWER}\nBBBB\n  CCCC`,
    ]);
  });

  it('begins anew where another one does, and belongs to nothing that came before one', () => {
    const unwrap = createUnwrapping();
    expect(['hello', ANSWER, 'BBBB', `${ANSWER}CC`, 'DD'].map(unwrap)).toEqual([
      ...['hello', ANSWER, `${ANSWER}\nBBBB`, `${ANSWER}CC`, `${ANSWER}CC\nDD`],
    ]);
  });

  it('is not kept without end', () => {
    const unwrap = createUnwrapping();
    unwrap(ANSWER);
    const long = 'x'.repeat(4_096);
    expect([long, 'BBBB'].map(unwrap)).toEqual([long, 'BBBB']);
  });
});
