/** Drives an ICE agent, or an attempt, over simulated sockets on virtual time, as net/ice-path does over real ones. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { DatagramKind } from '../../../src/ice/agent.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import { PUNCH_SOCKET } from '../../../src/punch/attempt/candidate-agent.ts';
import type { PathRequest, PathSession } from '../../../src/punch/attempt/path-session.ts';
import type { EventOutput } from '../../../src/session.ts';
import { driveSession } from '../network/driver.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { Run } from '../network/run-session.ts';
import type { World } from '../network/world.ts';

type Settled = Extract<IceEvent, { readonly kind: 'connected' | 'failed' }>;

/** Its outcome is the first of `connected` and `failed`; the agent goes on answering afterwards. */
export interface AgentRun extends Run<Settled> {
  /** When the first pair was valid: its peer has answered a check. */
  readonly validAt: () => number | null;
  readonly receive: (from: Endpoint, bytes: Uint8Array) => DatagramKind;
  /** Lets the agent act after it was told something. */
  readonly wake: () => void;
}

export function driveAgent(
  world: World,
  options: {
    readonly agent: PathSession;
    readonly host: Host;
    readonly socket: UdpSocket;
    /** Whether it gets further sockets when it asks for them; default false. */
    readonly mayOpen?: boolean;
    readonly onEvent?: (event: IceEvent) => void;
    readonly onTell?: (ports: readonly number[]) => void;
  },
): AgentRun {
  const { agent, host, socket, mayOpen = false, onEvent = () => {}, onTell = () => {} } = options;
  const sockets = new Map([[PUNCH_SOCKET, socket]]);
  let outcome: { readonly result: Settled; readonly at: number } | null = null;
  let validAt: number | null = null;

  const hear = (event: IceEvent): void => {
    onEvent(event);
    if (event.kind === 'pair-valid') validAt ??= event.at;
    if (event.kind === 'connected' || event.kind === 'failed') outcome ??= { result: event, at: event.at };
  };
  const open = (name: string): void => {
    const opened = mayOpen ? host.open((from, bytes) => void receive(name, from, bytes)) : null;
    if (opened) sockets.set(name, opened);
    agent.handleOpened?.(world.clock.now(), name, opened?.local ?? null);
  };
  const close = (name: string): void => {
    sockets.get(name)?.close();
    sockets.delete(name);
  };
  const obey = (output: EventOutput<IceEvent> | PathRequest): void => {
    switch (output.kind) {
      case 'event':
        hear(output.event);
        break;
      case 'open':
        open(output.socket);
        break;
      case 'close':
        close(output.socket);
        break;
      case 'tell':
        onTell(output.ports);
        break;
    }
  };
  const driver = driveSession(world, { session: agent, host, sockets, onOutput: obey });
  const receive = (name: string, from: Endpoint, bytes: Uint8Array): DatagramKind =>
    (driver.receive(name, from, bytes) ?? 'other') as DatagramKind;

  return {
    outcome: () => outcome,
    validAt: () => validAt,
    wake: () => driver.wake(),
    receive: (from, bytes) => receive(PUNCH_SOCKET, from, bytes),
  };
}
