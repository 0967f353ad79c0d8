/** Drives an ICE agent, or an attempt, over simulated sockets on virtual time, as net/ice-path does over real ones. */
import type { Endpoint } from '../../../src/endpoint.ts';
import type { DatagramKind } from '../../../src/ice/agent.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import { PUNCH_SOCKET } from '../../../src/punch/attempt/candidate-agent.ts';
import type { PathSession } from '../../../src/punch/attempt/path-session.ts';
import type { Host, UdpSocket } from '../network/host.ts';
import type { Run } from '../network/run-session.ts';
import type { World } from '../network/world.ts';

/** Outputs that an agent may give at one moment before it is taken for one that never waits. */
const MAX_OUTPUTS_AT_ONCE = 10_000;

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
    readonly socket: UdpSocket;
    /** Where further sockets are opened; without one none is. */
    readonly host?: Host;
    readonly onEvent?: (event: IceEvent) => void;
    readonly onTell?: (ports: readonly number[]) => void;
  },
): AgentRun {
  const { agent, socket, host, onEvent = () => {}, onTell = () => {} } = options;
  const sockets = new Map([[PUNCH_SOCKET, socket]]);
  const { clock } = world;
  let outcome: { readonly result: Settled; readonly at: number } | null = null;
  let validAt: number | null = null;
  let alarmAt = Number.POSITIVE_INFINITY;

  const wake = (): void => {
    for (let outputs = 0; outputs < MAX_OUTPUTS_AT_ONCE; outputs++) if (obey()) return;
    throw new Error(`the agent on ${socket.local.address} never waits, at ${clock.now()} ms`);
  };

  /** Does the agent's next output; true when there is nothing more to do now. */
  const obey = (): boolean => {
    const output = agent.poll(clock.now());
    switch (output.kind) {
      case 'transmit': {
        const { ttl } = output;
        const code = sockets.get(output.socket)?.send(output.to, output.bytes, ttl === undefined ? {} : { ttl });
        if (code) agent.handleSendFailure(clock.now(), { socket: output.socket, to: output.to, code });
        return false;
      }
      case 'event': {
        const { event } = output;
        onEvent(event);
        if (event.kind === 'pair-valid') validAt ??= event.at;
        if (event.kind === 'connected' || event.kind === 'failed') outcome ??= { result: event, at: event.at };
        return false;
      }
      case 'open': {
        const { socket: name } = output;
        const opened = host?.open((from, bytes) => receive(name, from, bytes)) ?? null;
        if (opened) sockets.set(name, opened);
        agent.handleOpened?.(clock.now(), name, opened?.local ?? null);
        return false;
      }
      case 'close':
        sockets.get(output.socket)?.close();
        sockets.delete(output.socket);
        return false;
      case 'tell':
        onTell(output.ports);
        return false;
      case 'wait':
        wakeAt(output.until);
        return true;
      case 'closed':
        return true;
    }
  };

  /** A later deadline than the one set needs no new alarm: the early one asks the agent again. */
  const wakeAt = (until: number): void => {
    if (until >= alarmAt) return;
    alarmAt = until;
    clock.schedule(until, () => {
      if (alarmAt !== until) return;
      alarmAt = Number.POSITIVE_INFINITY;
      agent.handleTimeout(clock.now());
      wake();
    });
  };

  const receive = (name: string, from: Endpoint, bytes: Uint8Array): DatagramKind => {
    const kind = agent.handleDatagram(clock.now(), { socket: name, from, bytes });
    wake();
    return kind;
  };

  return {
    outcome: () => outcome,
    validAt: () => validAt,
    wake,
    receive: (from, bytes) => receive(PUNCH_SOCKET, from, bytes),
  };
}
