/** The limits on what either end of a rendezvous accepts over its WebSocket, as options of `ws`. */
import { MESSAGE_MAX_BYTES } from '../../rendezvous/protocol/bounds.ts';

/** How long the other side may take to answer a close (RFC 6455 §7.1.1). */
const CLOSE_TIMEOUT_MS = 1_000;
/**
 * The most pieces in which a message may come: frames, and reads of the system. Each piece, however short, takes some 500
 * bytes of memory beside its content. Libraries that fragment do so into 1 KiB or more, TCP into some 536 bytes (RFC 9293 §3.7.1).
 */
const FRAGMENTS_MAX = MESSAGE_MAX_BYTES / 1024;
const BUFFERED_CHUNKS_MAX = MESSAGE_MAX_BYTES / 512;

/** The options, kept in a constant because the types of `ws` do not have all of them yet. */
export const WEB_SOCKET_BOUNDS = {
  perMessageDeflate: false,
  maxPayload: MESSAGE_MAX_BYTES,
  maxFragments: FRAGMENTS_MAX,
  maxBufferedChunks: BUFFERED_CHUNKS_MAX,
  closeTimeout: CLOSE_TIMEOUT_MS,
};
