/** ChannelData byte by byte. */
import { expect, it } from 'vitest';
import { decodeChannelData, encodeChannelData } from '../../../src/turn/wire/channel-data.ts';

const DATA = Uint8Array.of(0xaa, 0xbb, 0xcc);

it('has the channel and the length before the data, and padding only for a stream', () => {
  expect([...encodeChannelData({ channel: 0x4001, data: DATA })]).toEqual([0x40, 0x01, 0, 3, 0xaa, 0xbb, 0xcc]);
  expect([...encodeChannelData({ channel: 0x4001, data: DATA }, { padded: true })]).toEqual([
    0x40, 0x01, 0, 3, 0xaa, 0xbb, 0xcc, 0,
  ]);
});

it('is read with or without padding', () => {
  for (const padded of [false, true]) {
    expect(decodeChannelData(encodeChannelData({ channel: 0x4fff, data: DATA }, { padded }))).toEqual({
      channel: 0x4fff,
      data: DATA,
    });
  }
});

it.each([
  ['a STUN message', [0, 1, 0, 0]],
  ['a reserved channel', [0x50, 0, 0, 0]],
  ['a header cut short', [0x40, 0, 0]],
  ['data cut short', [0x40, 0, 0, 2, 1]],
  ['nothing', []],
])('%s is none', (_what, bytes) => {
  expect(decodeChannelData(Uint8Array.from(bytes))).toBeNull();
});
