import { expect, it } from 'vitest';
import { createDemux } from '../../../../lab/docker/container/demux.ts';

function frame(stream: number, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function collect() {
  const heard = { stdout: '', stderr: '' };
  const take = createDemux((stream, bytes) => {
    heard[stream] += bytes;
  });
  return { heard, take };
}

const FRAMES = Buffer.concat([frame(1, 'out 1\n'), frame(2, 'err\n'), frame(1, ''), frame(1, 'out 2\n')]);
const EXPECTED = { stdout: 'out 1\nout 2\n', stderr: 'err\n' };

it('frames are told apart by their streams', () => {
  const { heard, take } = collect();
  take(FRAMES);
  expect(heard).toEqual(EXPECTED);
});

it.each([1, 3, 7])('frames may come in pieces of %i bytes', (size) => {
  const { heard, take } = collect();
  for (let at = 0; at < FRAMES.length; at += size) take(FRAMES.subarray(at, at + size));
  expect(heard).toEqual(EXPECTED);
});

it('ten thousand frames may come at once', () => {
  const { heard, take } = collect();
  take(Buffer.concat(Array.from({ length: 10_000 }, () => frame(1, 'y'))));
  expect(heard.stdout).toBe('y'.repeat(10_000));
});
