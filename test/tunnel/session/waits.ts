/** What a test waits for: conditions, and the ends of streams. */
import type { Duplex } from 'node:stream';

/** Waits for a condition that has no event. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Resolves once the stream is closed, with or without an error. */
export function closeOf(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
}

/** Reads a direction to its end, and leaves the other one open, which an iterator would not. */
export function bytesOf(stream: Duplex): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => resolve(Buffer.concat(chunks)));
  stream.once('error', reject);
  stream.resume();
  return promise;
}

export async function textOf(stream: Duplex): Promise<string> {
  return (await bytesOf(stream)).toString();
}
