/** Two sides of a path on loopback: with one socket each, or with a direct one and one that stands for a relay. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { createIceAgent, type IceAgent } from '../../../src/ice/agent.ts';
import { createCredentials, type IceCredentials } from '../../../src/ice/credentials.ts';
import type { IceEvent } from '../../../src/ice/event.ts';
import type { Role } from '../../../src/ice/role.ts';
import { now } from '../../../src/net/driver.ts';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import type { PathSession } from '../../../src/punch/attempt/path-session.ts';
import type { Path } from '../../../src/punch/path/path.ts';
import { PathSendError } from '../../../src/punch/path/send-error.ts';
import { type DrivenPath, startPath } from '../../../src/punch/path/start-path.ts';

type KindOf = IceEvent['kind'];

export interface Side extends AsyncDisposable {
  readonly path: DrivenPath;
  readonly agent: IceAgent;
  readonly credentials: IceCredentials;
  /** The first event of that kind. */
  readonly came: <Kind extends KindOf>(kind: Kind) => Promise<Extract<IceEvent, { readonly kind: Kind }>>;
  /** Sets the session's clock forward. */
  readonly skip: (ms: number) => void;
  /** Tells it of the other side, which it checks from then on. */
  readonly begin: (peer: Pick<Side, 'agent' | 'credentials'>) => void;
}

/** What a test makes of a datagram on its way out: it is sent, lost, or refused with the system's code. */
export type Fate = 'sent' | 'lost' | 'ENOBUFS';

/** @param options.fate of each datagram that leaves. */
export async function openSide(
  role: Role,
  options: { readonly address?: string; readonly fate?: (bytes: Uint8Array) => Fate } = {},
): Promise<Side> {
  const { address = '127.0.0.1', fate = () => 'sent' } = options;
  const main = await openUdpSocket({ address, port: 0 });
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes, timeoutMs: 3_000 });
  agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: main.local });
  return sideOf({ agent, credentials, sockets: { main: fated(main, fate) } });
}

/** The direct socket loses all that it sends until `openGate`, as between two NATs that are not open yet. */
export async function openRelayedSide(role: Role): Promise<Side & { readonly openGate: () => void }> {
  const direct = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const relay = await openUdpSocket({ address: '127.0.0.1', port: 0 });
  const credentials = createCredentials(randomBytes);
  const agent = createIceAgent({ role, credentials, randomBytes, taMs: 5, relayGraceMs: 0 });
  agent.addLocalCandidate({ type: 'host', socket: 'direct', endpoint: direct.local });
  agent.addLocalCandidate({ type: 'relay', socket: 'relay', endpoint: relay.local, mapped: direct.local });
  let isOpen = false;
  const gated = fated(direct, () => (isOpen ? 'sent' : 'lost'));
  return {
    ...sideOf({ agent, credentials, sockets: { direct: gated, relay } }),
    openGate: () => {
      isOpen = true;
    },
  };
}

/** Resolves when both are connected. */
export async function connect(one: Side, other: Side) {
  one.begin(other);
  other.begin(one);
  return Promise.all([one.came('connected'), other.came('connected')]);
}

/** What the path throws at a datagram; null when it takes it. */
export function refusalOf(path: Pick<Path, 'send'> | null, bytes = Uint8Array.of(1)): object | null {
  try {
    path?.send(bytes);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(PathSendError);
    const { code, message } = error as PathSendError;
    return { code, message };
  }
}

function fated(socket: UdpSocket, fate: (bytes: Uint8Array) => Fate): UdpSocket {
  return {
    ...socket,
    send: (bytes, to, onFailure) => {
      const kind = fate(bytes);
      if (kind === 'sent') socket.send(bytes, to, onFailure);
      else if (kind !== 'lost') onFailure(kind);
    },
  };
}

function sideOf({
  agent,
  credentials,
  sockets,
}: Pick<Side, 'agent' | 'credentials'> & { readonly sockets: Readonly<Record<string, UdpSocket>> }): Side {
  const first = new Map<KindOf, PromiseWithResolvers<IceEvent>>();
  const firstOf = (kind: KindOf): PromiseWithResolvers<IceEvent> => {
    const known = first.get(kind) ?? Promise.withResolvers<IceEvent>();
    first.set(kind, known);
    return known;
  };
  const clock = { aheadMs: 0 };
  const session = onClock(agent, clock);
  const path = startPath({ session, sockets, onEvent: (event) => firstOf(event.kind).resolve(event) });
  return {
    path,
    agent,
    credentials,
    came: (kind) => firstOf(kind).promise as Promise<Extract<IceEvent, { readonly kind: typeof kind }>>,
    skip: (ms) => {
      clock.aheadMs += ms;
      path.wake();
    },
    begin: (peer) => {
      for (const candidate of peer.agent.localCandidates()) agent.addRemoteCandidate(candidate);
      agent.setRemoteCredentials(now(), peer.credentials);
      path.wake();
    },
    [Symbol.asyncDispose]: async () => {
      await path[Symbol.asyncDispose]();
      for (const socket of Object.values(sockets)) await socket[Symbol.asyncDispose]();
    },
  };
}

function onClock(agent: IceAgent, clock: { readonly aheadMs: number }): PathSession {
  return {
    ...agent,
    handleDatagram: (at, arrival) => agent.handleDatagram(at + clock.aheadMs, arrival),
    handleTimeout: (at) => agent.handleTimeout(at + clock.aheadMs),
    leave: (at) => agent.leave(at + clock.aheadMs),
    poll: (at) => {
      const output = agent.poll(at + clock.aheadMs);
      return output.kind === 'wait' ? { ...output, until: output.until - clock.aheadMs } : output;
    },
  };
}
