/** The part of `udx-native` that is used, which has no types of its own. */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';

/** One table of streams; the sockets and streams of one `Udx` belong together. */
export interface Udx {
  readonly createSocket: (options?: { readonly ipv6Only?: boolean; readonly reuseAddress?: boolean }) => UdxSocket;
  /** `firewall` is asked about a packet that comes by another socket than the stream's: true drops it. */
  readonly createStream: (
    id: number,
    options?: { readonly firewall?: (socket: UdxSocket, port: number, host: string) => boolean },
  ) => UdxStream;
}

/** A UDP socket. `message` gives each datagram that is not a packet of one of its streams: (bytes, { host, family, port }). */
export interface UdxSocket extends EventEmitter {
  /** The table that it was created in. */
  readonly udx: Udx;
  readonly streams: ReadonlySet<UdxStream>;
  readonly closing: boolean;
  /** @throws the system's error. */
  readonly bind: (port: number, host: string) => void;
  readonly address: () => { readonly host: string; readonly family: 4 | 6; readonly port: number } | null;
  /** Resolves to whether the system has taken it. */
  readonly send: (bytes: Uint8Array, port: number, host: string, ttl?: number) => Promise<boolean>;
  readonly trySend: (bytes: Uint8Array, port: number, host: string, ttl?: number) => void;
  readonly setTTL: (ttl: number) => void;
  readonly setRecvBufferSize: (bytes: number) => void;
  readonly setSendBufferSize: (bytes: number) => void;
  /** Resolves once it is closed, which waits for its streams. */
  readonly close: () => Promise<void>;
}

/**
 * A reliable stream, of the package `streamx`, which behaves as Node's. Emits `message` for the peer's unreliable messages. When
 * both directions have ended it stays until the peer has acknowledged that, or for 6 timeouts: `error` may come that late.
 */
export interface UdxStream extends Duplex {
  readonly id: number;
  readonly connected: boolean;
  /** Where it is sent from; null unless it is connected. */
  readonly socket: UdxSocket | null;
  readonly mtu: number;
  /** The smoothed round trip, in milliseconds. */
  readonly rtt: number;
  readonly retransmits: number;
  readonly connect: (socket: UdxSocket, remoteId: number, port: number, host: string) => void;
  /** Goes on over another socket, or to another endpoint; resolves once what was in flight has been acknowledged there. */
  readonly changeRemote: (socket: UdxSocket, remoteId: number, port: number, host: string) => Promise<void>;
  /** Resolves once all that was written has been acknowledged; stays pending where the stream closes before that. */
  readonly flush: () => Promise<boolean>;
  /** Ends it at once, also where `destroy` does nothing any more because both directions have ended. */
  readonly _predestroy: () => void;
}
