import { expect, it } from 'vitest';
import { resumeAll } from '../../../../src/tunnel/session/stream/resuming.ts';
import type { Opened } from '../../../../src/tunnel/session/stream/stream-table.ts';
import { createNotedTable } from './tables.ts';

const openedByPeer = (isComplete: boolean, epoch: number): Opened =>
  ({ isOwn: false, epoch, resumable: { isComplete: () => isComplete } }) as Opened;

it('a stream that the peer has opened is called stalled on a new path: its acceptance may have been lost with the former one', () => {
  const { table, said } = createNotedTable(true);
  table.opened.set(2, openedByPeer(false, 0));
  table.opened.set(4, openedByPeer(true, 0));
  table.opened.set(6, openedByPeer(false, 3));
  resumeAll(table);
  expect(said).toEqual([
    { kind: 'stalled', number: 2, epoch: 0 },
    { kind: 'stalled', number: 6, epoch: 3 },
  ]);
});
