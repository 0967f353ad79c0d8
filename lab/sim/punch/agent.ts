/** Drives an ICE agent, or an attempt, over simulated sockets on virtual time, as src/punch/path does over real ones. */
import type { DatagramKind } from '../../../src/ice/agent.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import { PUNCH_SOCKET, RELAY_SOCKET, SECOND_SOCKET } from '../../../src/punch/attempt/candidates/candidate-agent.ts';
import type { PathRequest, PathSession } from '../../../src/punch/attempt/path-session.ts';
import type { PeerSignal } from '../../../src/punch/attempt/peer-signal.ts';
import type { Arrival, EventOutput } from '../../../src/session.ts';
import { driveSession, type SimDriver } from '../network/driver.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { Run } from '../network/run-session.ts';
import type { World } from '../network/world.ts';
import { createSimPath, type DrivenSimPath, type SimPath } from './path.ts';
import type { SimRelay } from './room/relay.ts';

type Settled = Extract<IceEvent, { readonly kind: 'connected' | 'failed' }>;

/** An agent that is driven. Its outcome is the first `connected` or `failed`; the agent goes on answering afterwards. */
export interface AgentRun extends Run<Settled> {
  /** When the first pair became valid, because the peer had answered a check. */
  readonly validAt: () => number | null;
  readonly receive: (arrival: Arrival) => DatagramKind;
  /** Gives the agent one more socket. */
  readonly addSocket: (name: string, socket: UdpSocket | SimRelay) => void;
  /** Lets the agent act after it was told something. */
  readonly wake: () => void;
  /** The path, to be used once the agent is connected. */
  readonly path: SimPath;
}

interface AgentOptions {
  readonly agent: PathSession;
  readonly host: Host;
  readonly socket: UdpSocket;
  /** The socket over IPv6. */
  readonly second?: UdpSocket | null;
  readonly relay?: SimRelay | null;
  /** Whether the agent gets more sockets when it asks for them; default false. */
  readonly mayOpen?: boolean;
  readonly onEvent?: (event: IceEvent) => void;
  readonly onTell?: (signal: PeerSignal) => void;
}

interface State extends AgentOptions {
  readonly world: World;
  readonly driver: SimDriver;
  readonly path: DrivenSimPath;
  /** The agent's sockets by name, and its relay. */
  readonly sockets: Map<string, UdpSocket | SimRelay>;
  outcome: { readonly result: Settled; readonly at: number } | null;
  validAt: number | null;
}

export function driveAgent(world: World, options: AgentOptions): AgentRun {
  const { agent, host, socket, second = null, relay = null } = options;
  const sockets = new Map<string, UdpSocket | SimRelay>([[PUNCH_SOCKET, socket]]);
  if (second) sockets.set(SECOND_SOCKET, second);
  if (relay) sockets.set(RELAY_SOCKET, relay);
  const leave = (): void => driver.wake(agent.leave);
  const path = createSimPath(agent, { host, sockets, leave });
  const handleDatagram: PathSession['handleDatagram'] = (now, arrival) => {
    const kind = agent.handleDatagram(now, arrival);
    if (kind === 'peer') path.deliver(arrival.bytes);
    return kind;
  };
  const session = { ...agent, handleDatagram };
  const driver = driveSession(world, { session, host, sockets, onOutput: (output) => obey(state, output) });
  const state: State = { ...options, world, driver, path, sockets, outcome: null, validAt: null };
  return {
    outcome: () => state.outcome,
    validAt: () => state.validAt,
    addSocket: (name, added) => void sockets.set(name, added),
    wake: () => driver.wake(),
    path,
    receive: ({ socket: name, from, bytes }) => (driver.receive(name, from, bytes) ?? 'other') as DatagramKind,
  };
}

function obey(state: State, output: EventOutput<IceEvent> | PathRequest): void {
  switch (output.kind) {
    case 'event':
      hear(state, output.event);
      break;
    case 'open':
      open(state, output.socket);
      break;
    case 'close':
      state.sockets.get(output.socket)?.close();
      state.sockets.delete(output.socket);
      break;
    case 'tell':
      state.onTell?.(output.signal);
      break;
  }
}

function hear(state: State, event: IceEvent): void {
  state.path.note(event);
  state.onEvent?.(event);
  if (event.kind === 'pair-valid') state.validAt ??= event.at;
  if (event.kind === 'connected' || event.kind === 'failed') state.outcome ??= { result: event, at: event.at };
}

function open({ world, agent, host, driver, sockets, mayOpen = false }: State, name: string): void {
  const opened = mayOpen ? host.open((from, bytes) => void driver.receive(name, from, bytes)) : null;
  if (opened) sockets.set(name, opened);
  agent.handleOpened?.(world.clock.now(), name, opened?.local ?? null);
}
