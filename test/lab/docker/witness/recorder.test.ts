import { expect, it } from 'vitest';
import { createRecorder, type Recorder } from '../../../../lab/docker/witness/recorder.ts';
import { createPcapReader } from '../../../../lab/witness/capture/pcap.ts';
import { fileHeader, frame, record } from '../../witness/capture/frames.ts';

const MARKS = { begin: 'begin 1', end: 'end 1' };
const [A, B] = ['10.0.0.2:4000', '192.0.2.2:5000'];
const mark = (payload: string) => frame({ source: '127.0.0.1:40000', destination: '127.0.0.1:9', payload });
const datagram = (payload: string) => frame({ source: A, destination: B, payload });

function recorded(isWhole: boolean, frames: readonly Uint8Array[]): Recorder {
  const recorder = createRecorder(MARKS, { isWhole, header: fileHeader });
  const reader = createPcapReader();
  reader.read(fileHeader());
  frames.forEach((bytes, index) => {
    for (const one of reader.read(record(1000 + index, bytes))) recorder.take(one);
  });
  return recorder;
}

const FRAMES = [
  datagram('before'),
  mark('begin 2'),
  mark(MARKS.begin),
  mark(MARKS.begin), // Seen as it leaves, and as it comes.
  datagram('first'),
  mark('end 2'),
  datagram('second'),
  mark(MARKS.end),
  datagram('after'),
];

it('keeps what comes between its own two marks, and when it began by the router’s clock', async () => {
  const recorder = recorded(false, FRAMES);
  await recorder.ended;
  expect((await recorder.begun)?.at).toBe(1002);
  expect(recorder.packets.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['first', 'second']);
  expect([recorder.missed(), recorder.pcap()]).toEqual([0, fileHeader()]);
});

it('gives a file of just that where packets are kept whole', () => {
  const pcap = createPcapReader().read(recorded(true, FRAMES).pcap());
  expect(pcap.map(({ at, bytes }) => [at, Buffer.from(bytes)])).toEqual([
    [1004, datagram('first')],
    [1006, datagram('second')],
  ]);
});

it('counts the packets that are too many to be kept', () => {
  const recorder = recorded(false, [mark(MARKS.begin), ...Array<Buffer>(20_003).fill(datagram('again'))]);
  expect([recorder.packets.length, recorder.missed()]).toEqual([20_000, 3]);
});

it('ends without a mark when nothing more will come', async () => {
  const recorder = recorded(false, [datagram('first')]);
  recorder.stop();
  await recorder.ended;
  expect(await recorder.begun).toBeNull();
});
