/** What either end of a rendezvous takes from the other over its WebSocket, as options of `ws`. */
import { MESSAGE_MAX_BYTES } from '../../rendezvous/protocol/bounds.ts';

/** How long the other side may take to answer a close (RFC 6455 §7.1.1). */
const CLOSE_TIMEOUT_MS = 1_000;
/**
 * The pieces in which a message may come: frames, and reads of the system. Without a bound each of them, however short, is
 * kept with some 500 bytes of its own. A library that cuts cuts into 1 KiB or more, and TCP into some 536 bytes (RFC 9293 §3.7.1).
 */
const FRAGMENTS_MAX = MESSAGE_MAX_BYTES / 1024;
const BUFFERED_CHUNKS_MAX = MESSAGE_MAX_BYTES / 512;

/** Apart from where it is used, since the types of `ws` do not have all of it yet. */
export const WEB_SOCKET_BOUNDS = {
  perMessageDeflate: false,
  maxPayload: MESSAGE_MAX_BYTES,
  maxFragments: FRAGMENTS_MAX,
  maxBufferedChunks: BUFFERED_CHUNKS_MAX,
  closeTimeout: CLOSE_TIMEOUT_MS,
};
