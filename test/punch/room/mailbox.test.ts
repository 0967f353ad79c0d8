import { expect, it } from 'vitest';
import { createMailbox, UNREAD_MAX } from '../../../src/punch/room/mailbox.ts';

it('of more news of a peer than are read the first 64 are kept, and given to the receiver in order', () => {
  const mailbox = createMailbox<number>();
  for (let count = 0; count < 1_000; count++) mailbox.put(count);
  const news: number[] = [];
  mailbox.receive((one) => news.push(one));
  expect([news.length, news[0], news[63], UNREAD_MAX]).toEqual([64, 0, 63, 64]);
  mailbox.put(1_000);
  expect(news.at(-1)).toBe(1_000);
});
