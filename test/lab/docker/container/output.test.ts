import { describe, expect, it } from 'vitest';
import type { GuestLine } from '../../../../lab/docker/container/guest.ts';
import { createOutput, KEPT_LINES, LINE_BYTES, type Output } from '../../../../lab/docker/container/output.ts';

const hear = (output: Output, text: string, at = 0): void => output.heard('stdout', Buffer.from(text), at);

function listen(output: Output) {
  const lines: GuestLine[] = [];
  const registration = output.onLine((line) => lines.push(line));
  return { lines, texts: () => lines.map(({ text }) => text), registration };
}

describe('the output of a program', () => {
  it('is lines of two streams, each with its time', () => {
    const output = createOutput();
    output.heard('stdout', Buffer.from('one\ntw'), 1);
    output.heard('stderr', Buffer.from('three\r\n'), 2);
    output.heard('stdout', Buffer.from('o\n\n'), 3);
    expect(listen(output).lines).toEqual([
      { stream: 'stdout', at: 1, text: 'one' },
      { stream: 'stderr', at: 2, text: 'three' },
      { stream: 'stdout', at: 3, text: 'two' },
      { stream: 'stdout', at: 3, text: '' },
    ]);
  });

  it('is told to a late listener from its beginning, and then as it comes, until that is disposed', () => {
    const output = createOutput();
    hear(output, 'before\n');
    const { texts, registration } = listen(output);
    hear(output, 'after\n');
    registration[Symbol.dispose]();
    hear(output, 'unheard\n');
    expect(texts()).toEqual(['before', 'after']);
  });

  it('ends with a line that has no line feed', () => {
    const output = createOutput();
    const { texts } = listen(output);
    hear(output, 'last');
    expect(texts()).toEqual([]);
    output.end(1);
    output.end(2);
    expect(texts()).toEqual(['last']);
  });

  it('has its long lines cut, and goes on after them', () => {
    const output = createOutput();
    const { texts } = listen(output);
    for (let part = 0; part < 10; part++) hear(output, 'x'.repeat(LINE_BYTES / 2));
    hear(output, '\nnext\n');
    expect(texts()).toEqual(['x'.repeat(LINE_BYTES), 'next']);
  });

  it('is kept where it begins and where it ends, and what is between is counted', () => {
    const output = createOutput();
    const { texts } = listen(output);
    const count = 5 * KEPT_LINES + 3;
    for (let line = 0; line < count; line++) hear(output, `${line}\n`);
    expect(texts()).toHaveLength(count);
    const late = listen(output).texts().map(Number);
    expect(late).toHaveLength(2 * KEPT_LINES);
    expect([late[0], late[KEPT_LINES - 1], late[KEPT_LINES], late.at(-1)]).toEqual([
      0,
      KEPT_LINES - 1,
      count - KEPT_LINES,
      count - 1,
    ]);
    expect(late.toSorted((one, other) => one - other)).toEqual(late);
    expect(output.leftOut()).toBe(count - 2 * KEPT_LINES);
  });
});
