/** A relay of a simulated peer: the real TURN client on a socket of its own, as src/net/turn has it over UDP. */
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { TurnServer } from '../../../../src/rendezvous/protocol/fields.ts';
import { createTurnClient, type TurnClient } from '../../../../src/turn/client.ts';
import type { TurnEvent } from '../../../../src/turn/event.ts';
import { driveSession, type SimDriver } from '../../network/driver.ts';
import type { Host } from '../../network/host.ts';
import type { ReceiveDatagram, UdpSocket } from '../../network/udp.ts';
import type { World } from '../../network/world.ts';
import { TURN_ENDPOINT } from '../../server/turn-server.ts';

/** The socket's name in the client. */
const SOCKET = 'turn';

export interface SimRelay {
  /** The allocation; null before there is one, and when it is lost. */
  readonly allocation: () => { readonly relayed: Endpoint; readonly mapped: Endpoint } | null;
  /** Sends to a peer from the relayed endpoint; null, or why not. */
  readonly send: (to: Endpoint, bytes: Uint8Array) => string | null;
  /** Asks the server whether it still has the allocation; `onSettled` or `onLost` tells. */
  readonly prove: () => void;
  /** Ends it without telling the server. */
  readonly close: () => void;
}

export interface SimRelayOptions {
  readonly host: Host;
  /** The server with its credentials, as the rendezvous has named it. */
  readonly server: TurnServer;
  /** Takes what peers send to the relayed endpoint. */
  readonly receive: ReceiveDatagram;
  /** Hears that there is an allocation, or that there will be none, and what came of each proof that was not its loss. */
  readonly onSettled: () => void;
  /** Hears that the allocation is lost. */
  readonly onLost: () => void;
}

interface State extends SimRelayOptions {
  readonly world: World;
  readonly client: TurnClient;
  readonly socket: UdpSocket;
  driver: SimDriver | null;
  allocation: ReturnType<SimRelay['allocation']>;
  isClosed: boolean;
}

/** Asks for an allocation at once. */
export function seekRelay(world: World, options: SimRelayOptions): SimRelay {
  const { host, server } = options;
  const { username, password } = server;
  const state: State = {
    ...options,
    world,
    client: createTurnClient({
      ...{ server: TURN_ENDPOINT, socket: SOCKET, isStream: false, credentials: { username, password } },
      randomBytes: host.random.fork(`relay ${world.clock.now()}`).bytes,
    }),
    socket: host.open((from, bytes) => void state.driver?.receive(SOCKET, from, bytes)),
    ...{ driver: null, allocation: null, isClosed: false },
  };
  const { client, socket } = state;
  state.driver = driveSession(world, {
    ...{ session: client, host, sockets: new Map([[SOCKET, socket]]) },
    onOutput: ({ event }) => take(state, event),
  });
  world.clock.schedule(world.clock.now(), () => state.driver?.wake());
  return {
    allocation: () => state.allocation,
    send: (to, bytes) => send(state, to, bytes),
    prove: () => state.driver?.wake((now) => client.refresh(now)),
    close: () => close(state),
  };
}

function take(state: State, event: TurnEvent): void {
  if (state.isClosed) return;
  switch (event.kind) {
    case 'allocated':
      state.allocation = event;
      state.onSettled();
      break;
    case 'failed':
    case 'refreshed':
    case 'not-refreshed':
      state.onSettled();
      break;
    case 'data':
      state.receive(event.from, event.bytes);
      break;
    case 'lost':
      state.allocation = null;
      state.onLost();
      break;
  }
}

/** What it leads to goes out as an event of its own, as from every socket here. */
function send(state: State, to: Endpoint, bytes: Uint8Array): string | null {
  const { world, client, driver } = state;
  const refusal = state.isClosed ? 'ENOTCONN' : client.send(world.clock.now(), to, bytes);
  if (refusal === null) world.clock.schedule(world.clock.now(), () => driver?.wake());
  return refusal;
}

function close(state: State): void {
  if (state.isClosed) return;
  Object.assign(state, { isClosed: true, allocation: null });
  state.driver?.wake((now) => state.client.handleDisconnect(now, 'ECONNABORTED'));
  state.socket.close();
}
