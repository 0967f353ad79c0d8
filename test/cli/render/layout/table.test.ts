import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../../../cli/render/layout/table.ts';

const ROWS = [
  ['NAT', 'detected as', 'mapping', 'time'],
  ['port-restricted', '\u001b[32mport-restricted\u001b[39m', 'endpoint-independent', '12 ms'],
  ['symmetric', 'symmetric', 'address-and-port-dependent', '340 ms'],
];

describe('a table', () => {
  it('is as wide as its cells where nobody sees a width, or the width is enough', () => {
    const lines = [
      'NAT              detected as      mapping                     time',
      'port-restricted  \u001b[32mport-restricted\u001b[39m  endpoint-independent        12 ms',
      'symmetric        symmetric        address-and-port-dependent  340 ms',
    ];
    expect(alignColumns(ROWS)).toEqual(lines);
    expect(alignColumns(ROWS, { columns: 68 })).toEqual(lines);
  });

  it('has the cells of its widest columns broken after blanks and hyphens, each line in the colour of its cell', () => {
    expect(alignColumns(ROWS, { columns: 48, hasHead: true })).toEqual([
      'NAT         detected as  mapping       time',
      'port-       \u001b[32mport-\u001b[39m        endpoint-     12 ms',
      'restricted  \u001b[32mrestricted\u001b[39m   independent',
      'symmetric   symmetric    address-and-  340 ms',
      '                         port-',
      '                         dependent',
    ]);
  });

  it('has the room that broken cells leave over in the first columns that it makes whole', () => {
    expect(alignColumns(ROWS, { columns: 54, hasHead: true }).slice(0, 3)).toEqual([
      'NAT              detected as  mapping         time',
      'port-restricted  \u001b[32mport-\u001b[39m        endpoint-       12 ms',
      '                 \u001b[32mrestricted\u001b[39m   independent',
    ]);
  });

  it('becomes paragraphs where that does not help', () => {
    expect(alignColumns(ROWS.slice(0, 2), { columns: 30, hasHead: true })).toEqual([
      'port-restricted',
      '  detected as  \u001b[32mport-restricted\u001b[39m',
      '  mapping      endpoint-\n               independent',
      '  time         12 ms',
    ]);
  });

  it('has what cannot be broken cut, when it is paragraphs', () => {
    const rows = [
      ['NAT', 'endpoint', 'time'],
      ['open', '[2001:db8::1:2:3]:40000', '1 ms'],
    ];
    expect(alignColumns(rows, { columns: 26, hasHead: true })).toEqual([
      'open',
      '  endpoint  [2001:db8::1:2\n            :3]:40000',
      '  time      1 ms',
    ]);
  });

  it('of wide characters is aligned by the room that they take', () => {
    expect(
      alignColumns([
        ['日本', 'a'],
        ['abc', 'b'],
      ]),
    ).toEqual(['日本  a', 'abc   b']);
  });
});
