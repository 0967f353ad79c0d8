/** Where commands write: what a terminal gets to see of it. */
import { describe, expect, it } from 'vitest';
import { type TextOutput, textOutput } from '../../cli/output.ts';

function outputTo(stream: object, color = true): { readonly output: TextOutput; readonly written: string[] } {
  const written: string[] = [];
  const write = (text: string): boolean => written.push(text) > 0;
  return { output: textOutput(Object.assign(stream, { write }) as never, { color }), written };
}

describe('the output of a command', () => {
  it('has the colours that chalk writes, and the ends of lines', () => {
    const { output, written } = outputTo({});
    output.write('\u001b[32m\u001b[1mdirect\u001b[22m\u001b[39m\n\u001b[2mdim\u001b[22m\n');
    expect(written).toEqual(['\u001b[32m\u001b[1mdirect\u001b[22m\u001b[39m\n\u001b[2mdim\u001b[22m\n']);
  });

  it('spells out every other sequence, and what nobody would see', () => {
    const { output, written } = outputTo({});
    output.write('\u001b[2J\u001b[8mhidden\u001b[0;31m\u001b]52;c;cm0=\u0007\r\u202e\u009b31m\n');
    const spelled = '\\u001b[2J\\u001b[8mhidden\\u001b[0;31m\\u001b]52;c;cm0=\\u0007\\u000d\\u202e\\u009b31m\n';
    expect(written).toEqual([spelled]);
  });

  it('spells out colours too where there are none', () => {
    const { output, written } = outputTo({}, false);
    output.write('\u001b[31mred\n');
    expect(written).toEqual(['\\u001b[31mred\n']);
  });

  it.each([
    ['a pipe', { columns: 120 }, null],
    ['a terminal of no width', { isTTY: true, columns: 0 }, null],
    ['a terminal', { isTTY: true, columns: 120 }, 120],
    ['a terminal of very few columns', { isTTY: true, columns: 12 }, 40],
  ])('is as wide as %s', (_what, stream, columns) => {
    expect(outputTo(stream).output.columns).toBe(columns);
  });
});
