import { describe, expect, it } from 'vitest';
import type { GuestLine } from '../../../../lab/docker/container/guest.ts';
import { createOutput, type Output } from '../../../../lab/run/program/output.ts';

const line = (text: string, at = 0): GuestLine => ({ at, stream: 'stdout', text });
/** In time that doubles with each letter. */
const SLOW = /^(a+)+$/;
const LETTERS = `${'a'.repeat(60)}!`;

const matching = (output: Output, pattern: RegExp, from = 0): Promise<true> =>
  output.find((text) => pattern.test(text) || undefined, { what: `${pattern} in what a prints`, from });

describe('a line that is waited for', () => {
  it('is found among those that are there, and among those to come', async () => {
    const output = createOutput();
    output.take(line('one'));
    const two = output.find((text) => /^t(.*)/.exec(text)?.[1]);
    output.take(line('two'));
    expect(await two).toBe('wo');
    expect(await matching(output, /one/)).toBe(true);
  });

  it('does not count before the time from which lines count', async () => {
    const output = createOutput();
    output.take(line('ready', 1));
    const ready = output.find((text) => (text.startsWith('ready') ? text : undefined), { from: 2 });
    output.take(line('ready again', 2));
    expect(await ready).toBe('ready again');
  });

  it('does not come any more when the program has ended, unless it was its last', async () => {
    const output = createOutput();
    const [last, never] = [matching(output, /last/), matching(output, /never/)];
    output.take(line('last'));
    output.end('ended with 1');
    expect(await last).toBe(true);
    await expect(never).rejects.toThrow(/^ended with 1$/);
    await expect(matching(output, /later/)).rejects.toThrow(/^ended with 1$/);
  });
});

describe('a pattern that goes back and forth over a line', () => {
  const sentence =
    'looking for /^(a+)+$/ in what a prints takes more than a second: ' +
    'a pattern should match a text in one way only, so write (a+) rather than (a+)+';

  it('is given up, while others are still looked for', async () => {
    const output = createOutput();
    const [slow, other] = [matching(output, SLOW), matching(output, /!$/)];
    output.take(line(LETTERS));
    await expect(slow).rejects.toThrow(sentence);
    expect(await other).toBe(true);
  });

  it('is given up over lines that are there already, also where no engine of expressions could do without it', async () => {
    const output = createOutput();
    output.take(line(LETTERS));
    await expect(matching(output, SLOW)).rejects.toThrow(sentence);
    await expect(matching(output, /^(?=(a+)+$).*\1$/)).rejects.toThrow(/takes more than a second/);
  });
});

describe('what results tell of a program', () => {
  it('are its first and last lines, and how many are left out', () => {
    const output = createOutput();
    for (let number = 1; number <= 1000; number++) output.take(line(`${number}`, number));
    const told = output.since(0);
    expect(told).toHaveLength(201);
    expect(told.slice(99, 102)).toEqual([
      { atMs: 100, stream: 'stdout', text: '100' },
      { atMs: 100, stream: 'stderr', text: '… 800 lines are left out here …' },
      { atMs: 901, stream: 'stdout', text: '901' },
    ]);
  });

  it('is bounded where its lines are long', () => {
    const output = createOutput();
    for (let number = 1; number <= 300; number++) output.take(line(`${number} ${'x'.repeat(200_000)}`, number));
    const told = output.since(0);
    expect(JSON.stringify(told).length).toBeLessThan(150_000);
    expect(told[0]?.text).toBe(`1 ${'x'.repeat(4094)}…`);
    expect(told.at(-1)?.text.slice(0, 5)).toBe('300 x');
    expect(told.filter(({ text }) => text.endsWith('are left out here …')).map(({ text }) => text)).toEqual([
      `… ${300 - (told.length - 1)} lines are left out here …`,
    ]);
    expect(JSON.stringify(output.since(0, 1024)).length).toBeLessThan(1400);
  });

  it('says that lines may be missing from before a start that came later', () => {
    const output = createOutput();
    for (let number = 1; number <= 300; number++) output.take(line(`${number}`, number));
    expect(output.since(200)[0]).toEqual({ atMs: 0, stream: 'stderr', text: '… earlier lines may be left out here …' });
  });
});
