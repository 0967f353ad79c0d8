/** Two agents of ours on hosts of the simulated lab, with a signalling channel that loses nothing. */
import { createHost, type Host } from '../../lab/sim/host.ts';
import { createWorld, type World } from '../../lab/sim/world.ts';
import { type Endpoint, formatEndpoint } from '../../src/endpoint.ts';
import { createIceAgent, type DatagramKind, type IceAgent, type IceAgentOptions } from '../../src/ice/agent.ts';
import type { CandidateType } from '../../src/ice/candidate.ts';
import { createCredentials, type IceCredentials } from '../../src/ice/credentials.ts';
import type { IceEvent } from '../../src/ice/event.ts';
import { MIN_TA_MS } from '../../src/ice/pace.ts';
import type { Role } from '../../src/ice/role.ts';

export interface Peer {
  readonly agent: IceAgent;
  readonly credentials: IceCredentials;
  readonly events: IceEvent[];
  /** Data of the peer, not of the agent, as text. */
  readonly data: { readonly kind: DatagramKind; readonly text: string }[];
  readonly local: Endpoint;
  /** What a reflector in the public network sees of the socket. */
  readonly reflexive: () => Endpoint;
  readonly pump: () => void;
  readonly send: (text: string) => void;
}

export interface PeerOptions extends Partial<Omit<IceAgentOptions, 'role'>> {
  readonly role: Role;
}

export function createPublicWorld(seed: number): World & { readonly reflector: Reflector } {
  const world = createWorld({ seed });
  return { ...world, reflector: createReflector(world) };
}

interface Reflector {
  readonly endpoint: Endpoint;
  readonly seen: Map<string, Endpoint>;
}

function createReflector(world: World): Reflector {
  const seen = new Map<string, Endpoint>();
  const host = createHost(world, { name: 'reflector', realm: world.internet });
  const socket = host.open((from, bytes) => void seen.set(new TextDecoder().decode(bytes), from), { port: 3478 });
  return { endpoint: socket.local, seen };
}

export function createPeer(
  world: World & { readonly reflector: Reflector },
  host: Host,
  { role, ...options }: PeerOptions,
): Peer {
  const { clock, reflector } = world;
  const random = host.random.fork('ice');
  const credentials = createCredentials(random.bytes);
  const agent = createIceAgent({ role, credentials, randomBytes: random.bytes, taMs: MIN_TA_MS, ...options });
  const events: IceEvent[] = [];
  const data: { kind: DatagramKind; text: string }[] = [];
  let alarmAt = Number.POSITIVE_INFINITY;
  const socket = host.open((from, bytes) => {
    const kind = agent.handleDatagram(clock.now(), { socket: 'main', from, bytes });
    if (kind !== 'ice') data.push({ kind, text: new TextDecoder().decode(bytes) });
    pump();
  });
  const pump = (): void => {
    for (let outputs = 0; outputs < 10_000; outputs++) {
      const output = agent.poll(clock.now());
      switch (output.kind) {
        case 'transmit': {
          const code = socket.send(output.to, output.bytes);
          if (code) agent.handleSendFailure(clock.now(), { socket: output.socket, to: output.to, code });
          break;
        }
        case 'event':
          events.push(output.event);
          break;
        case 'wait':
          wakeAt(output.until);
          return;
        case 'closed':
          return;
      }
    }
    throw new Error(`the agent on ${host.name} never waits`);
  };
  const wakeAt = (until: number): void => {
    if (until >= alarmAt || until === Number.POSITIVE_INFINITY) return;
    alarmAt = until;
    clock.schedule(until, () => {
      if (alarmAt !== until) return;
      alarmAt = Number.POSITIVE_INFINITY;
      agent.handleTimeout(clock.now());
      pump();
    });
  };
  agent.addLocalCandidate({ type: 'host', socket: 'main', endpoint: socket.local });
  return {
    agent,
    credentials,
    events,
    data,
    local: socket.local,
    pump,
    reflexive: () => {
      for (let sends = 0; sends < 20 && !reflector.seen.has(host.name); sends++) {
        socket.send(reflector.endpoint, new TextEncoder().encode(host.name));
        clock.runUntil(clock.now() + 500);
      }
      const mapped = reflector.seen.get(host.name);
      if (!mapped) throw new Error(`the reflector has not seen ${host.name} of ${formatEndpoint(socket.local)}`);
      const server = reflector.endpoint.address;
      agent.addLocalCandidate({ type: 'srflx', socket: 'main', endpoint: mapped, server });
      return mapped;
    },
    send: (text) => {
      const pair = agent.selected();
      if (pair) socket.send(pair.remote.endpoint, new TextEncoder().encode(text));
    },
  };
}

/** Each learns of the other, `b` by `skewMs` later than `a`; gives the time at which both know. */
export function introduce(
  world: World,
  {
    a,
    b,
    types = ['host', 'srflx'],
    skewMs = 0,
  }: {
    readonly a: Peer;
    readonly b: Peer;
    /** The candidates that are told. */
    readonly types?: readonly CandidateType[];
    readonly skewMs?: number;
  },
): number {
  const { clock } = world;
  const startedAt = clock.now();
  const tell = (one: Peer, other: Peer, at: number): void => {
    const candidates = other.agent.localCandidates().filter(({ type }) => types.includes(type));
    clock.schedule(at, () => {
      for (const candidate of candidates) one.agent.addRemoteCandidate(candidate);
      one.agent.endOfRemoteCandidates();
      one.agent.endOfLocalCandidates();
      one.agent.setRemoteCredentials(at, other.credentials);
      one.pump();
    });
  };
  tell(a, b, startedAt);
  tell(b, a, startedAt + skewMs);
  return startedAt + skewMs;
}

export function eventOf<K extends IceEvent['kind']>(
  peer: Peer,
  kind: K,
): (IceEvent & { readonly kind: K }) | undefined {
  return peer.events.find((event): event is IceEvent & { readonly kind: K } => event.kind === kind);
}
