/** The clients that come over TCP or TLS: a fiveTuple for each connection, with bounds on how long and how slow; how many is the listener's to bound. */
import type { Socket } from 'node:net';
import { isChannelData } from '../../src/turn/wire/channel-data.ts';
import { createStreamReader } from '../../src/turn/wire/stream.ts';
import type { FiveTuple } from './decisions/five-tuple.ts';
import type { RelayLimits } from './decisions/limits.ts';

interface Connection {
  readonly socket: Socket;
  readonly fiveTuple: FiveTuple;
  /** When it was last seen with an allocation, or was opened. */
  allocatedAt: number;
}

export interface Connections {
  readonly admit: (socket: Socket, transport: 'tcp' | 'tls') => void;
  /** False when it is gone, or reads too slowly for one more of that kind. */
  readonly send: (via: number, bytes: Uint8Array, isData: boolean) => boolean;
  /** Closes those that have had no allocation for too long. */
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
      // Without an address it has ended already.
      if (address === undefined || port === undefined) {
        socket.destroy();
        return;
      }
      const via = nextVia++;
      const fiveTuple: FiveTuple = { transport, via, remote: { address, port } };
      const reader = createStreamReader();
      let isFirst = true;
      connections.set(via, { socket, fiveTuple, allocatedAt: now() });
      socket.on('data', (chunk) => {
        // Nobody begins with ChannelData, but `GET` looks like it.
        const messages = isFirst && isChannelData(chunk as Uint8Array) ? null : reader.push(chunk as Uint8Array);
        isFirst = false;
        // What is no TURN cannot be followed any further.
        if (!messages) socket.destroy();
        for (const bytes of messages ?? []) onMessage(fiveTuple, bytes);
      });
      socket.once('close', () => {
        connections.delete(via);
        onClosed(fiveTuple);
      });
    },
    send: (via, bytes, isData) => {
      const socket = connections.get(via)?.socket;
      if (!socket?.writable) return false;
      const waiting = socket.writableLength;
      if (isData && waiting > limits.bufferedBytes) return false;
      // Who asks on without reading the answers is no client.
      if (waiting > 2 * limits.bufferedBytes) socket.destroy();
      else socket.write(bytes);
      return true;
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
