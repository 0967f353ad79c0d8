/** Takes the output of a container without a terminal apart, as the engine's API frames it. */

export type OutputStream = 'stdout' | 'stderr';

/*
 * Each frame (Docker Engine API, "Attach to a container", stream format):
 *    0        1   2   3    4         7   8
 *   +--------+-----------+------------+------------ …
 *   | stream | 0   0   0 | size, u32  | size bytes
 *   +--------+-----------+------------+------------ …
 * stream: 1 is stdout, 2 is stderr.
 */
const HEADER_BYTES = 8;
const STDERR = 2;

/** Returns a function that takes the next bytes, and passes each part of a frame on as it comes: nothing long is ever held. */
export function createDemux(heard: (stream: OutputStream, bytes: Buffer) => void): (bytes: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerLength = 0;
  let left = 0;
  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (left > 0) {
        const part = bytes.subarray(at, at + left);
        heard(header[0] === STDERR ? 'stderr' : 'stdout', part);
        left -= part.length;
        at += part.length;
        continue;
      }
      const copied = bytes.copy(header, headerLength, at, at + HEADER_BYTES - headerLength);
      headerLength += copied;
      at += copied;
      if (headerLength < HEADER_BYTES) return;
      headerLength = 0;
      left = header.readUInt32BE(4);
    }
  };
}
