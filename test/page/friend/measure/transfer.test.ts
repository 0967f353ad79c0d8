/** Two sides that send to each other in bulk, one after the other, and a side that lies. */
import { describe, expect, it } from 'vitest';
import {
  createTransfer,
  handleTransfer,
  maySend,
  TRANSFER_MAX_BYTES,
  TRANSFERS_MAX,
  type TransferInput,
  type TransferState,
  transferWakeAt,
} from '../../../../page/friend/measure/transfer.ts';

const begin = { kind: 'message', message: { type: 'transfer', turn: 'first' } } as const;
const feed = (state: TransferState, now: number, input: TransferInput) => handleTransfer(now, state, input);

describe('a transfer', () => {
  it('sends for five seconds, and then has the friend send', () => {
    const state = createTransfer({ givesWay: false });
    expect(feed(state, 0, { kind: 'start' })).toEqual([
      { kind: 'doing', what: 'sending' },
      { kind: 'say', message: { type: 'transfer', turn: 'first' } },
      { kind: 'fill' },
    ]);
    expect(maySend(4_999, state)).toBe(true);
    state.sentBytes = 5_000_000;
    expect(maySend(5_000, state)).toBe(false);
    expect(transferWakeAt(state)).toBe(5_000);
    expect(feed(state, 5_000, { kind: 'timeout' })).toEqual([{ kind: 'finish' }]);
    const result = { type: 'received', bytes: 5_000_000, ms: 5_000 } as const;
    expect(feed(state, 5_100, { kind: 'message', message: result })).toEqual([{ kind: 'doing', what: 'receiving' }]);
    feed(state, 5_200, { kind: 'message', message: { type: 'transfer', turn: 'second' } });
    feed(state, 5_300, { kind: 'bytes', bytes: 1_000_000 });
    feed(state, 9_300, { kind: 'bytes', bytes: 1_000_000 });
    expect(feed(state, 9_400, { kind: 'end' })).toEqual([
      { kind: 'say', message: { type: 'received', bytes: 2_000_000, ms: 4_000 } },
      { kind: 'done', throughput: { sent: 8_000_000, received: 4_000_000 } },
    ]);
  });

  it('that the friend begins is answered by one of this side', () => {
    const state = createTransfer({ givesWay: true });
    expect(feed(state, 0, begin)).toEqual([{ kind: 'doing', what: 'receiving' }]);
    feed(state, 10, { kind: 'bytes', bytes: 1_000 });
    feed(state, 1_010, { kind: 'bytes', bytes: 1_000 });
    expect(feed(state, 1_020, { kind: 'end' })).toEqual([
      { kind: 'say', message: { type: 'received', bytes: 2_000, ms: 1_000 } },
      { kind: 'doing', what: 'sending' },
      { kind: 'say', message: { type: 'transfer', turn: 'second' } },
      { kind: 'fill' },
    ]);
  });

  it('that both begin at once goes on with the side that does not give way', () => {
    const [stays, gives] = [createTransfer({ givesWay: false }), createTransfer({ givesWay: true })];
    for (const state of [stays, gives]) feed(state, 0, { kind: 'start' });
    expect(feed(stays, 1, begin)).toEqual([]);
    expect(feed(gives, 1, begin)).toEqual([{ kind: 'doing', what: 'receiving' }]);
    expect([maySend(2, stays), maySend(2, gives)]).toEqual([true, false]);
  });

  it('never sends more than its bound, however fast the path is', () => {
    const state = createTransfer({ givesWay: false });
    feed(state, 0, { kind: 'start' });
    state.sentBytes = TRANSFER_MAX_BYTES;
    expect(maySend(1, state)).toBe(false);
  });
});

describe('a friend', () => {
  it('who says to have got more than was sent is not believed', () => {
    const state = createTransfer({ givesWay: false });
    feed(state, 0, { kind: 'start' });
    state.sentBytes = 1_000;
    feed(state, 5_000, { kind: 'timeout' });
    feed(state, 5_100, { kind: 'message', message: { type: 'received', bytes: 1_001, ms: 1 } });
    expect(state.throughput.sent).toBeNull();
  });

  it('who never says what has come is not waited for longer than ten seconds', () => {
    const state = createTransfer({ givesWay: false });
    feed(state, 0, { kind: 'start' });
    feed(state, 5_000, { kind: 'timeout' });
    expect(feed(state, 14_999, { kind: 'timeout' })).toEqual([]);
    expect(feed(state, 15_000, { kind: 'timeout' })).toEqual([
      { kind: 'done', throughput: { sent: null, received: null } },
    ]);
  });

  it('who begins again and again is heard five times', () => {
    const state = createTransfer({ givesWay: true });
    const heard = Array.from({ length: 8 }, (_, run) => {
      const now = run * 100_000;
      const outputs = feed(state, now, begin);
      feed(state, now + 50_000, { kind: 'timeout' });
      return outputs.length;
    });
    expect(heard).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    expect(TRANSFERS_MAX).toBe(5);
  });

  it('who sends bytes unasked is not counted', () => {
    const state = createTransfer({ givesWay: true });
    feed(state, 0, { kind: 'bytes', bytes: 1_000 });
    expect(feed(state, 1, { kind: 'end' })).toEqual([]);
    expect(state.receivedBytes).toBe(0);
  });
});
