import { expect, it } from 'vitest';
import { hearOpen, hearWithdrawn } from '../../../../src/tunnel/session/stream/offering.ts';
import { createNotedTable } from './tables.ts';

it('an offer that is withdrawn before anybody has taken offers is not kept', () => {
  const { table } = createNotedTable(true);
  for (let number = 2; number <= 2_000; number += 2) {
    hearOpen(table, { kind: 'open', number, id: 1, request: `${number}` });
    if (number > 2) hearWithdrawn(table, number);
  }
  expect([...table.unclaimed.values()].map(({ request }) => request)).toEqual(['2']);
});
