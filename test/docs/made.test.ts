/** What programs write of the pages is what they write today. */
import { expect, it } from 'vitest';
import { blockNames, withBlocks } from '../../docs/made/blocks.ts';
import { MADE, madeText, PAGES, textOf } from '../../docs/made/files.ts';
import { BLOCKS } from '../../docs/made/makers.ts';
import { markdownTable } from '../../docs/made/table.ts';

it.each(MADE)('%s is as "npm run docs" writes it', (path) => {
  expect(textOf(path), `${path} is stale: run "npm run docs", look at the difference, and commit it`).toBe(
    madeText(path),
  );
});

it('every block that can be made is on one page', () => {
  expect(PAGES.flatMap((page) => blockNames(textOf(page))).toSorted()).toEqual(Object.keys(BLOCKS).toSorted());
});

const PAGE = ['before', '<!-- made by npm run docs: one -->', 'old', '<!-- end of one -->', 'after', ''].join('\n');

it('a block is made anew, and the rest of its page stays as it is', () => {
  const made = withBlocks(PAGE, { one: () => 'new' });
  expect(made).toBe('before\n<!-- made by npm run docs: one -->\n\nnew\n\n<!-- end of one -->\nafter\n');
  expect(withBlocks(made, { one: () => 'new' })).toBe(made);
});

it('a block that nobody makes, and one that does not end, are told', () => {
  expect(() => withBlocks(PAGE, {})).toThrow('no maker in docs/made/makers.ts has the name one');
  const open = PAGE.replace('end of one', 'end of two');
  expect(() => withBlocks(open, { one: () => 'new' })).toThrow('the block one ends as two');
  const unended = PAGE.replace('<!-- end of one -->\n', '');
  expect(() => withBlocks(unended, { one: () => 'new' })).toThrow('the block one has no end');
});

it('a table has columns of equal width', () => {
  const columns = [{ head: 'name' }, { head: 'n', align: 'right' }] as const;
  expect(
    markdownTable(columns, [
      ['a long name', '1'],
      ['b', '1,000'],
    ]),
  ).toBe(
    ['| name        |     n |', '| ----------- | ----: |', '| a long name |     1 |', '| b           | 1,000 |'].join(
      '\n',
    ),
  );
});
