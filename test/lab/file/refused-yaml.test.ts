/** What is no YAML, or too much of it, is told exactly, and where. */
import { describe, expect, it } from 'vitest';
import { linesFor } from './lines-for.ts';

const BY_YAML: readonly (readonly [text: string, ...lines: string[]])[] = [
  ['# nothing', 'f:1:1: the file is empty'],
  ['a: 1\na: 2', 'f:2:1: the key a is there twice'],
  ['\ta: 1', 'f:1:1: this is not YAML: tabs are not allowed as indentation'],
  ['a: 1\n---\nb: 1', expect.stringMatching(/^f:2:1: this is not YAML: source contains multiple documents/)],
  ['a: !x 1', 'f:1:4: this is not YAML: unresolved tag: !x'],
  [
    'sides: { a: { command: run {{peer.public}} } }',
    'f:1:28: inside { } and [ ], a text with {{…}} has to be in quotes, since YAML takes its braces for a mapping',
  ],
  ['a: &x [*x]', 'f:1:8: a[0]: the alias *x stands for what it is in'],
  ['a: *x', 'f:1:4: a: no anchor &x comes before this alias'],
  [
    '<<: { a: 1 }',
    'f:1:1: merge keys (<<) belong to YAML 1.1 and are not read: write the keys, or an alias for all of them',
  ],
  ['__proto__: 1', 'f:1:1: nothing can have the name __proto__'],
  ['? [a]\n: 1', 'f:1:3: a key has to be text'],
];

describe('a lab file is refused as YAML', () => {
  it.each(BY_YAML)('before it is data: %j', (text, ...lines) => {
    expect(linesFor(text).slice(0, 1)).toEqual(lines);
  });

  it('if it is too deep, or its aliases make too much of it', () => {
    expect(linesFor('['.repeat(300))[0]).toMatch(/^f:1:\d+: /);
    expect(linesFor(`a: ${'['.repeat(40)}${']'.repeat(40)}`)).toEqual([
      expect.stringMatching(/: this is nested too deeply$/),
    ]);
    const level = (name: string, of: string): string => `${name}: &${name} [${Array(10).fill(of).join(', ')}]`;
    const laughs = [level('a', '1'), level('b', '*a'), level('c', '*b'), level('d', '*c'), level('e', '*d')].join('\n');
    expect(linesFor(laughs)).toEqual([expect.stringMatching(/: the file has more than 5000 values$/)]);
  });
});
