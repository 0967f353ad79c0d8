/** Two agents of ours on hosts of the simulated lab, with a signalling channel that loses nothing. */
import type { Host } from '../../lab/sim/network/host.ts';
import { runUntilDone } from '../../lab/sim/network/run-session.ts';
import { createWorld, type World } from '../../lab/sim/network/world.ts';
import { driveAgent } from '../../lab/sim/punch/agent.ts';
import { type SimBinding, startBinding } from '../../lab/sim/punch/binding.ts';
import { addStunServer, LAB_LAYOUT } from '../../lab/sim/server/stun-server.ts';
import type { Endpoint } from '../../src/endpoint.ts';
import { createIceAgent, type DatagramKind, type IceAgent, type IceAgentOptions } from '../../src/ice/agent.ts';
import type { CandidateType } from '../../src/ice/candidates/candidate.ts';
import { MIN_TA_MS } from '../../src/ice/checklist/pace.ts';
import { createCredentials, type IceCredentials } from '../../src/ice/credentials.ts';
import type { IceEvent } from '../../src/ice/event.ts';
import type { Role } from '../../src/ice/role.ts';
import { PUNCH_SOCKET } from '../../src/punch/attempt/candidates/candidate-agent.ts';

const SERVER: Endpoint = { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port };

export interface Peer {
  readonly agent: IceAgent;
  readonly credentials: IceCredentials;
  readonly events: readonly IceEvent[];
  /** Data of the peer, not of the agent, as text. */
  readonly data: readonly { readonly kind: DatagramKind; readonly text: string }[];
  /** Asks a server in the public network how it sees the socket, and adds the candidate. */
  readonly reflect: () => void;
  /** Lets the agent act after it was told something. */
  readonly wake: () => void;
  readonly send: (text: string) => void;
}

export interface PeerOptions extends Partial<Omit<IceAgentOptions, 'role'>> {
  readonly role: Role;
}

/** A world with a STUN server. */
export function createPublicWorld(seed: number): World {
  const world = createWorld({ seed });
  addStunServer(world);
  return world;
}

export function createPeer(world: World, host: Host, { role, ...options }: PeerOptions): Peer {
  const random = host.random.fork('ice');
  const credentials = createCredentials(random.bytes);
  const agent = createIceAgent({ role, credentials, randomBytes: random.bytes, taMs: MIN_TA_MS, ...options });
  const events: IceEvent[] = [];
  const data: { kind: DatagramKind; text: string }[] = [];
  let binding: SimBinding | null = null;
  const socket = host.open((from, bytes) => {
    if (binding && !binding.outcome()) return binding.receive(from, bytes);
    const kind = run.receive({ socket: PUNCH_SOCKET, from, bytes });
    if (kind !== 'ice') data.push({ kind, text: new TextDecoder().decode(bytes) });
  });
  agent.addLocalCandidate({ type: 'host', socket: PUNCH_SOCKET, endpoint: socket.local });
  const run = driveAgent(world, { agent, host, socket, onEvent: (event) => events.push(event) });
  return {
    agent,
    credentials,
    events,
    data,
    wake: run.wake,
    reflect: () => {
      binding = startBinding(world, { socket, server: SERVER, random: random.fork('binding') });
      runUntilDone(world, [binding]);
      const endpoint = binding.outcome()?.result;
      if (!endpoint || endpoint === 'silent') throw new Error(`the server does not answer ${host.name}`);
      agent.addLocalCandidate({ type: 'srflx', socket: PUNCH_SOCKET, endpoint, server: SERVER.address });
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
      one.wake();
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
