/** Opens the byte stream to a broker: TCP, TLS or a WebSocket, and bounds how much may come by it. */
import { connect as connectTcp, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { createWebSocketStream, WebSocket } from 'ws';
import type { Resolver } from '../../lookup/resolver.ts';
import { sharedLookup } from '../../lookup/shared-lookup.ts';
import type { BrokerUrl } from './url.ts';

/**
 * An introduction brings some 20 KiB, and the longest message 32: this is far more. What comes faster, after a burst, is a flood, or
 * no MQTT.
 */
const BURST_BYTES = 1024 * 1024;
const RATE_BYTES_PER_S = 16 * 1024;

export interface StreamOptions {
  /** A certificate authority in PEM, to trust in place of the system's. */
  readonly ca?: string | undefined;
  readonly resolver: Resolver;
  readonly signal: AbortSignal;
  /** The monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/** The code of the error that ends a stream which has sent too much. */
export const FLOOD = 'EFLOOD';

/** Begins to connect; what goes wrong, a bad certificate included, is an error of the stream. It belongs to the caller. */
export function openBrokerStream(url: BrokerUrl, options: StreamOptions): Duplex {
  const stream = connect(url, options);
  const mayTake = createBucket(options.now);
  stream.on('data', (bytes: Uint8Array) => {
    if (!mayTake(bytes.length)) stream.destroy(Object.assign(new Error('the broker sends too much'), { code: FLOOD }));
  });
  return stream;
}

function connect({ scheme, host, port, path }: BrokerUrl, { ca, resolver, signal }: StreamOptions): Duplex {
  const lookup = sharedLookup(resolver, signal);
  const trust = ca === undefined ? {} : { ca };
  switch (scheme) {
    case 'mqtt':
      return connectTcp({ host, port, lookup, noDelay: true });
    case 'mqtts': {
      const socket = connectTcp({ host, port, lookup, noDelay: true });
      // An address may not be sent as a server name (RFC 6066 §3).
      const name = isIP(host) === 0 ? { servername: host } : {};
      const secure = connectTls({ socket, host, ...name, ...trust });
      // The error of the connection is the secure stream's as well.
      socket.on('error', (error) => secure.destroy(error));
      return secure;
    }
    case 'ws':
    case 'wss': {
      const at = isIP(host) === 6 ? `[${host}]` : host;
      const bounds = { maxPayload: BURST_BYTES, perMessageDeflate: false, followRedirects: false };
      const socket = new WebSocket(`${scheme}://${at}:${port}${path}`, ['mqtt'], { ...bounds, lookup, ...trust });
      return createWebSocketStream(socket);
    }
  }
}

/** Returns whether so many bytes more may come now. */
function createBucket(now: () => number): (bytes: number) => boolean {
  let filledAt = now();
  let left = BURST_BYTES;
  return (bytes) => {
    const at = now();
    left = Math.min(BURST_BYTES, left + ((at - filledAt) / 1000) * RATE_BYTES_PER_S) - bytes;
    filledAt = at;
    return left >= 0;
  };
}
