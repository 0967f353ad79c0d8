/**
 * The connections of clients over TCP or TLS, each with a five-tuple. They are bounded in how long they may have no
 * allocation, and how slowly they may read; the listener bounds how many there are.
 */
import type { Socket } from 'node:net';
import { isChannelData } from '../../src/turn/wire/channel-data.ts';
import { createStreamReader } from '../../src/turn/wire/stream.ts';
import type { FiveTuple } from './decisions/five-tuple.ts';
import type { RelayLimits } from './decisions/limits.ts';

interface Connection {
  readonly socket: Socket;
  readonly fiveTuple: FiveTuple;
  /** When the connection was last seen with an allocation, or was opened. */
  allocatedAt: number;
}

export interface Connections {
  readonly admit: (socket: Socket, transport: 'tcp' | 'tls') => void;
  /** Sends a message; false when the connection is gone, or reads too slowly for more data. */
  readonly send: (via: number, message: { readonly bytes: Uint8Array; readonly isData: boolean }) => boolean;
  /** Closes the connections that have had no allocation for too long. */
  readonly tick: () => void;
  readonly size: () => number;
}

export interface ConnectionsOptions {
  readonly limits: RelayLimits;
  readonly now: () => number;
  readonly isAllocated: (fiveTuple: FiveTuple) => boolean;
  readonly onMessage: (fiveTuple: FiveTuple, bytes: Uint8Array) => void;
  readonly onClosed: (fiveTuple: FiveTuple) => void;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const { limits, now, isAllocated, onMessage, onClosed } = options;
  const connections = new Map<number, Connection>();
  let nextVia = 0;

  return {
    admit: (socket, transport) => {
      const { remoteAddress: address, remotePort: port } = socket;
      socket.on('error', () => {});
      // A connection without an address has ended already.
      if (address === undefined || port === undefined) {
        socket.destroy();
        return;
      }
      const via = nextVia++;
      const fiveTuple: FiveTuple = { transport, via, remote: { address, port } };
      connections.set(via, { socket, fiveTuple, allocatedAt: now() });
      readMessages(socket, (bytes) => onMessage(fiveTuple, bytes));
      socket.once('close', () => {
        connections.delete(via);
        onClosed(fiveTuple);
      });
    },
    send: (via, { bytes, isData }) => {
      const socket = connections.get(via)?.socket;
      return socket?.writable === true && write(socket, { bytes, isData, bufferedBytes: limits.bufferedBytes });
    },
    tick: () => {
      for (const connection of connections.values()) {
        if (isAllocated(connection.fiveTuple)) connection.allocatedAt = now();
        else if (now() - connection.allocatedAt >= limits.unallocatedMs) connection.socket.destroy();
      }
    },
    size: () => connections.size,
  };
}

/**
 * Reads messages; ends the connection at the first bytes that are not TURN, since the stream cannot be followed after
 * them.
 */
function readMessages(socket: Socket, onMessage: (bytes: Uint8Array) => void): void {
  const reader = createStreamReader();
  let isFirst = true;
  socket.on('data', (chunk) => {
    // No client begins with ChannelData, but `GET` looks like it.
    const messages = isFirst && isChannelData(chunk as Uint8Array) ? null : reader.push(chunk as Uint8Array);
    isFirst = false;
    if (!messages) socket.destroy();
    for (const bytes of messages ?? []) onMessage(bytes);
  });
}

/** Writes a message; data is dropped, and the result false, when more than `bufferedBytes` are waiting already. */
function write(
  socket: Socket,
  message: { readonly bytes: Uint8Array; readonly isData: boolean; readonly bufferedBytes: number },
): boolean {
  const { bytes, isData, bufferedBytes } = message;
  const waiting = socket.writableLength;
  if (isData && waiting > bufferedBytes) return false;
  // A client that goes on asking without reading the answers is cut off.
  if (waiting > 2 * bufferedBytes) socket.destroy();
  else socket.write(bytes);
  return true;
}
