/**
 * Sends the pattern by a bare udx stream, or compares what the other side sends, and says then what has arrived.
 * Usage: node udx-memory.ts BYTES LOCAL_PORT REMOTE_HOST REMOTE_PORT; BYTES is 0 on the side that receives.
 */
import { once } from 'node:events';
import { arrivals, pattern } from './pattern.ts';
import { openStream } from './udx-hole.ts';

/** As much as a read of a pipe gives. */
const CHUNK_BYTES = 64 * 1024;

const [bytes, ...hole] = process.argv.slice(2);
const stream = await openStream(hole);
if (bytes === '0') {
  const { take, told } = arrivals();
  stream.on('data', take);
  stream.on('end', () => console.error(`arrived ${JSON.stringify(told())}`));
} else {
  stream.resume();
  for (const block of pattern(Number(bytes))) await writeInChunks(Buffer.from(block));
}
stream.end();

async function writeInChunks(block: Buffer): Promise<void> {
  for (let rest = block; rest.length > 0; rest = rest.subarray(CHUNK_BYTES)) {
    if (!stream.write(rest.subarray(0, CHUNK_BYTES))) await once(stream, 'drain');
  }
}
