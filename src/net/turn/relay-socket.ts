/** A TURN client on an open transport: once it has an allocation, it is a socket that is bound on the server. */
import { randomBytes } from 'node:crypto';
import type { Endpoint, Family } from '../../endpoint.ts';
import { createTurnClient, type TurnClient } from '../../turn/client.ts';
import type { TurnCredentials } from '../../turn/credentials.ts';
import type { Alternate, TurnEvent, TurnFailure } from '../../turn/event.ts';
import { type Driver, now, startDriver } from '../driver.ts';
import { explainCode } from '../explain-code.ts';
import type { UdpSocket } from '../udp-socket.ts';
import { unlessAborted } from '../waits.ts';
import type { TurnTransport } from './transport.ts';

/** The transport's name in the client. */
const TURN_SOCKET = 'turn';

/**
 * `local` is the relayed endpoint: what peers send to comes out of `onDatagram`, what is sent goes to them from there. A send
 * fails with `EACCES` when the server does not relay to that address, with `ENOTCONN` when the relay is lost.
 */
export interface RelaySocket extends UdpSocket {
  readonly relayed: Endpoint;
  /** The client's reflexive endpoint: a relayed candidate's related address (RFC 8839 §5.1). */
  readonly mapped: Endpoint;
  /** The server that the allocation is on. */
  readonly server: Endpoint;
  /** Sets the one receiver of the loss of the allocation, which is told at once when it is lost already. */
  readonly onLost: (receive: (failure: TurnFailure) => void) => void;
  /** Asks the server whether it still has the allocation; after `lost` it is over, and `silent` leaves that open. */
  readonly prove: () => Promise<RelayProof>;
}

export type RelayProof = 'there' | 'lost' | 'silent';

export type RelayEvent = Exclude<TurnEvent, { readonly kind: 'data' }>;

export type Allocated =
  | { readonly outcome: 'open'; readonly relay: RelaySocket }
  | ({ readonly outcome: 'failed'; readonly alternate: Alternate | null } & TurnFailure);

interface State {
  readonly transport: TurnTransport;
  readonly client: TurnClient;
  /** The outcome of the Allocate; rejected with whatever ends the driver before it. */
  readonly allocation: PromiseWithResolvers<Extract<TurnEvent, { kind: 'allocated' | 'failed' }>>;
  readonly onEvent: (event: RelayEvent) => void;
  receive: (bytes: Uint8Array, from: Endpoint) => void;
  onLost: (failure: TurnFailure) => void;
  lost: TurnFailure | null;
  /** Who waits for what the server says about the allocation. */
  readonly proofs: Set<(proof: RelayProof) => void>;
  /** Whether the client, or a receiver, has thrown. */
  isBroken: boolean;
  /** Whether it is given back. */
  isOver: boolean;
}

export interface AllocateOptions {
  readonly transport: TurnTransport;
  readonly credentials: TurnCredentials;
  readonly family?: Family | undefined;
  readonly onEvent?: ((event: RelayEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks for an allocation. The transport is the relay's from now on; without one it is closed.
 * @throws the signal's reason when aborted, after giving back what the server had given; what `onEvent` throws. A receiver
 * that throws later ends the relay, and disposing of it rejects with that.
 */
export async function allocateRelay(options: AllocateOptions): Promise<Allocated> {
  const state = initialState(options);
  const driver = start(state);
  try {
    const event = await unlessAborted(state.allocation.promise, options.signal);
    if (event.kind === 'allocated') return { outcome: 'open', relay: relaySocket(state, driver, event) };
    await close(state, driver);
    return { outcome: 'failed', ...failureIn(state, event), alternate: event.alternate };
  } catch (error) {
    await close(state, driver);
    throw error;
  }
}

function initialState({ transport, credentials, family, onEvent = () => {} }: AllocateOptions): State {
  const { server, isStream } = transport;
  return {
    transport,
    client: createTurnClient({ server, socket: TURN_SOCKET, isStream, credentials, family, randomBytes }),
    allocation: Promise.withResolvers(),
    onEvent,
    receive: () => {},
    onLost: () => {},
    lost: null,
    proofs: new Set(),
    isBroken: false,
    isOver: false,
  };
}

function start(state: State): Driver<'closed'> {
  const { transport, client } = state;
  const driver = startDriver({
    session: client,
    sockets: { [TURN_SOCKET]: transport },
    onOutput: ({ event }) => take(state, event),
  });
  driver.result.catch((error: unknown) => {
    state.isBroken = true;
    settleProofs(state, 'lost');
    state.allocation.reject(error);
  });
  transport.onClose((code) => driver.wake(() => client.handleDisconnect(now(), code)));
  return driver;
}

function take(state: State, event: TurnEvent): void {
  if (event.kind === 'data') {
    state.receive(event.bytes, event.from);
    return;
  }
  state.onEvent(event);
  if (event.kind === 'allocated' || event.kind === 'failed') state.allocation.resolve(event);
  if (event.kind === 'refreshed') settleProofs(state, 'there');
  if (event.kind === 'not-refreshed') settleProofs(state, 'silent');
  if (event.kind !== 'lost') return;
  settleProofs(state, 'lost');
  state.lost = failureIn(state, event);
  state.onLost(state.lost);
}

function settleProofs({ proofs }: State, proof: RelayProof): void {
  for (const settle of proofs) settle(proof);
  proofs.clear();
}

function relaySocket(
  state: State,
  driver: Driver<'closed'>,
  { relayed, mapped }: { readonly relayed: Endpoint; readonly mapped: Endpoint },
): RelaySocket {
  const { client, transport } = state;
  return {
    local: relayed,
    relayed,
    mapped,
    server: transport.server,
    send: (bytes, to, onFailure) => {
      const refusal = state.isBroken ? 'ENOTCONN' : client.send(now(), to, bytes);
      if (refusal) onFailure(refusal);
      else driver.wake();
    },
    onDatagram: (receive) => {
      state.receive = receive;
    },
    onLost: (receive) => {
      state.onLost = receive;
      if (state.lost) receive(state.lost);
    },
    prove: () => prove(state, driver),
    [Symbol.asyncDispose]: () => close(state, driver),
  };
}

async function prove(state: State, driver: Driver<'closed'>): Promise<RelayProof> {
  if (state.isOver || state.isBroken || state.lost) return 'lost';
  const { promise, resolve } = Promise.withResolvers<RelayProof>();
  state.proofs.add(resolve);
  driver.wake(() => state.client.refresh(now()));
  return promise;
}

/** Gives the allocation back, then closes the transport. @throws what has ended the driver. */
async function close(state: State, driver: Driver<'closed'>): Promise<void> {
  const { client, transport } = state;
  state.isOver = true;
  settleProofs(state, 'lost');
  try {
    driver.wake(() => client.close(now()));
    await driver.result;
  } finally {
    await transport[Symbol.asyncDispose]();
  }
}

/** The failure by itself, with a sentence in place of a code of the system. */
function failureIn({ transport }: State, { reason, code, detail }: TurnFailure): TurnFailure {
  const isOfSystem = detail !== null && (reason === 'unreachable' || reason === 'connection-closed');
  if (!isOfSystem) return { reason, code, detail };
  const { address: host, port } = transport.server;
  const inUse = reason === 'connection-closed' ? 'turn-in-use' : 'turn';
  const way = transport.isStream ? inUse : 'udp';
  return { reason, code, detail: explainCode(detail, { way, host, port }) };
}
