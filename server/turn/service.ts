/** The relay over real sockets: passes what comes in to the state machine, and carries out what it wants. */
import { type Endpoint, sameEndpoint } from '../../src/endpoint.ts';
import type { OpenSocket, UdpSocket } from '../../src/net/udp-socket.ts';
import { closeAll } from '../sockets/bind.ts';
import { type AllocationTold, type AllocationWatch, createAllocationWatch } from './allocation-watch.ts';
import { type Connections, createConnections } from './connections.ts';
import type { HostAddresses } from './decisions/access/known-host.ts';
import type { TurnCounts } from './decisions/counts.ts';
import type { TurnServerInput, TurnServerOutput } from './decisions/input-output.ts';
import { type RelayLimits, TICK_MS } from './decisions/limits.ts';
import { isForRelay } from './decisions/receive.ts';
import type { TurnClientMessage } from './decisions/received.ts';
import type { Relay } from './decisions/relay.ts';
import { createLoadMeter } from './load.ts';
import { createRelayedSockets, type RelayedSockets } from './relayed-sockets.ts';
import type { StreamServer } from './stream-server.ts';

export interface RelayService extends AsyncDisposable {
  /** Gives what takes the datagrams that come to a UDP socket; null for a socket that the relay does not serve on. */
  readonly takerFor: (socket: UdpSocket) => TakeDatagram | null;
  /** Makes no allocation any more; those that are there go on. */
  readonly drain: () => void;
  /** How many allocations there are. */
  readonly allocations: () => number;
  /** Tells it of a relayed socket that another process of this server has opened, or closed. */
  readonly tellElsewhere: (relayed: RelayedElsewhere) => void;
  /** How much it has of what it may have (load.ts). */
  readonly load: () => number;
  /** How many sockets and connections are open, for the metrics. */
  readonly open: () => { readonly relayedSockets: number; readonly connections: number };
}

/** Takes a datagram; false when it is not for the relay. */
export type TakeDatagram = (datagram: Uint8Array, remote: Endpoint) => boolean;

/** A relayed endpoint of another process, and whether it is open still. */
export interface RelayedElsewhere {
  readonly endpoint: Endpoint;
  readonly isThere: boolean;
}

export interface RelayServiceOptions {
  readonly relay: Relay;
  readonly limits: RelayLimits;
  readonly sockets: readonly UdpSocket[];
  readonly listeners: readonly StreamServer[];
  /** Opens a relayed socket at its announced endpoint; left out, that is the one to bind. */
  readonly openSocket?: OpenSocket;
  /** Reads which addresses and networks the host has; called every TICK_MS. */
  readonly readHost: () => HostAddresses;
  /** Hears of each allocation that is made and that ends. */
  readonly onAllocation?: ((told: AllocationTold) => void) | undefined;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

type Handle = (input: TurnServerInput) => void;
type TakeMessage = (message: TurnClientMessage) => void;

/**
 * Serves on the listeners, and on the UDP sockets, which the caller reads and closes.
 * Its disposal ends every allocation and closes listeners, connections and relayed sockets.
 */
export function serveRelay(options: RelayServiceOptions): RelayService {
  const { relay, limits, sockets, listeners, openSocket, readHost, onAllocation = () => {}, now } = options;
  const handle: Handle = (input) => {
    for (const output of relay.handle(now(), input)) carryOut(ways, output);
  };
  const takeMessage: TakeMessage = (message) => {
    const output = relay.fromClient(now(), message);
    if (output === null) handle({ kind: 'message', ...message });
    else if (output !== 'dropped') carryOut(ways, output);
  };
  const relayed = createRelayedSockets({
    opened: (allocation) => handle({ kind: 'opened', allocation }),
    openFailed: (allocation, { inUse }) => handle({ kind: 'open-failed', allocation, inUse }),
    datagram: (allocation, from, bytes) => {
      const output = relay.fromPeer(now(), { allocation, from, bytes });
      if (output !== 'dropped') carryOut(ways, output);
    },
    openSocket,
  });
  const connections = createConnections({
    limits,
    now,
    isAllocated: relay.isAllocated,
    onMessage: (fiveTuple, bytes) => takeMessage({ fiveTuple, bytes }),
    onClosed: (fiveTuple) => handle({ kind: 'closed', fiveTuple }),
  });
  const { dropped } = relay.counts;
  const failed = (): void => {
    dropped['send-failed']++;
  };
  const watch = createAllocationWatch({ now, tell: onAllocation });
  const ways: Ways = { sockets, connections, relayed, watch, dropped, failed };
  for (const { transport, onConnection } of listeners) onConnection((socket) => connections.admit(socket, transport));
  const tellHost = createHostWatch(readHost, handle);
  const allocations = (): number => Object.values(relay.population()).reduce((sum, count) => sum + count, 0);
  const load = createLoadMeter({ counts: relay.counts, allocations, limits, now });
  const ticking = setInterval(() => {
    tellHost();
    handle({ kind: 'tick' });
    connections.tick();
    load.tick();
  }, TICK_MS).unref();

  return {
    takerFor: (socket) => createTaker(sockets, socket, takeMessage),
    drain: () => handle({ kind: 'draining' }),
    allocations,
    load: load.read,
    tellElsewhere: (relayed) => handle({ kind: 'relayed-elsewhere', ...relayed }),
    open: () => ({ relayedSockets: relayed.size(), connections: connections.size() }),
    [Symbol.asyncDispose]: async () => {
      clearInterval(ticking);
      handle({ kind: 'closing' });
      await closeAll([...listeners, relayed]);
    },
  };
}

/** The ways out, and the counts of what could not be sent. */
interface Ways {
  readonly sockets: readonly UdpSocket[];
  readonly connections: Connections;
  readonly relayed: RelayedSockets;
  readonly watch: AllocationWatch;
  readonly dropped: TurnCounts['dropped'];
  readonly failed: () => void;
}

function carryOut({ sockets, connections, relayed, watch, dropped, failed }: Ways, output: TurnServerOutput): void {
  switch (output.kind) {
    case 'reply': {
      const { fiveTuple, bytes, isData } = output;
      if (fiveTuple.transport === 'udp') sockets[fiveTuple.via]?.send(bytes, fiveTuple.remote, failed);
      else if (!connections.send(fiveTuple.via, { bytes, isData })) dropped['slow-client']++;
      break;
    }
    case 'relay':
      relayed.send(output.allocation, output, failed);
      break;
    case 'open-relay':
      relayed.open(output.allocation, output.at);
      break;
    case 'close-relay':
      relayed.close(output.allocation);
      watch.released(output);
      break;
    case 'allocated':
      watch.allocated(output);
      break;
  }
}

/** Gives a function that tells the relay about its host if something has changed since the last call. */
function createHostWatch(readHost: () => HostAddresses, handle: Handle): () => void {
  let told = '';
  return () => {
    const host = readHost();
    const text = JSON.stringify(host);
    if (text !== told) handle({ kind: 'host', ...host });
    told = text;
  };
}

function createTaker(
  sockets: readonly UdpSocket[],
  { local }: UdpSocket,
  takeMessage: TakeMessage,
): TakeDatagram | null {
  const via = sockets.findIndex((one) => sameEndpoint(one.local, local));
  if (via < 0) return null;
  return (bytes, remote) => {
    if (!isForRelay(bytes)) return false;
    // To port 0 nothing can be sent.
    if (remote.port !== 0) takeMessage({ fiveTuple: { transport: 'udp', via, remote }, bytes });
    return true;
  };
}
