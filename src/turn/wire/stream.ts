/** STUN messages and ChannelData out of a TCP or TLS stream, which does not delimit them (RFC 8656 §3.1, §12.5; RFC 8489 §6.2.2). */
import { HEADER_BYTES } from '../../stun/header.ts';
import { CHANNEL_HEADER_BYTES, isChannelData } from './channel-data.ts';

/** Where the length is in both formats: the third and fourth byte. */
const LENGTH_AT = 2;
const LENGTH_END = 4;

export interface StreamReader {
  /**
   * The messages that are complete with these bytes, ChannelData without its padding; null once what comes can be neither,
   * after which nothing of the stream can be read.
   */
  readonly push: (bytes: Uint8Array) => readonly Uint8Array[] | null;
}

/** The reader holds at most one incomplete message, of 65,555 bytes. */
export function createStreamReader(): StreamReader {
  let rest: Uint8Array = new Uint8Array(0);
  let isBroken = false;
  return {
    push: (bytes) => {
      if (isBroken) return null;
      rest = joined(rest, bytes);
      const messages: Uint8Array[] = [];
      let at = 0;
      for (;;) {
        const size = sizeOf(rest.subarray(at));
        if (size === 'broken') {
          isBroken = true;
          return null;
        }
        if (size === null || rest.length - at < size.padded) break;
        messages.push(rest.slice(at, at + size.bytes));
        at += size.padded;
      }
      rest = rest.slice(at);
      return messages;
    },
  };
}

/** Copies both, so that neither input is kept, and a slice of the result is no view as that of a Buffer would be. */
function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Gives null while there are too few bytes to tell. */
function sizeOf(bytes: Uint8Array): { readonly bytes: number; readonly padded: number } | 'broken' | null {
  const [first] = bytes;
  if (first === undefined) return null;
  const isStun = first < 0x40;
  if (!isStun && !isChannelData(bytes)) return 'broken';
  if (bytes.length < LENGTH_END) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(LENGTH_AT);
  if (isStun) return length % 4 === 0 ? { bytes: HEADER_BYTES + length, padded: HEADER_BYTES + length } : 'broken';
  const size = CHANNEL_HEADER_BYTES + length;
  return { bytes: size, padded: Math.ceil(size / 4) * 4 };
}
