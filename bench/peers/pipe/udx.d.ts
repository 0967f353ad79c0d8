/** The part of udx-native that the benchmark uses; it has no types of its own. */
declare module 'udx-native' {
  import type { EventEmitter } from 'node:events';
  import type { Duplex } from 'node:stream';

  interface UdxSocket extends EventEmitter {
    bind(port: number, host: string): void;
    setRecvBufferSize(bytes: number): void;
    setSendBufferSize(bytes: number): void;
    trySend(bytes: Uint8Array, port: number, host: string): void;
    close(): Promise<void>;
  }

  interface UdxStream extends Duplex {
    connect(socket: UdxSocket, remoteId: number, port: number, host: string): void;
    relayTo(other: UdxStream): void;
  }

  export default class UDX {
    createSocket(): UdxSocket;
    createStream(id: number): UdxStream;
  }
}
