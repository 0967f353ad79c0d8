/** The conformance bed of the container lab: four public sockets of the server, and sockets of the clients of one site. */
import { setTimeout } from 'node:timers/promises';
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { type ConformanceBed, NEIGHBOUR_SOCKETS, type PublicSide } from '../../conformance.ts';
import { type Agent, arrival } from '../container/agent.ts';
import type { ServerPlace } from '../topology/addressing.ts';

/** Ports of the public sockets; nothing else in the lab uses them. */
const PORT = 7000;
const OTHER_PORT = 7001;

/** Between containers of one machine a datagram takes well under a millisecond; this allows for a busy machine. */
const ARRIVAL_TIMEOUT_MS = 3000;

/**
 * How long what has not arrived may be overtaken by what was sent behind it: a program reads its sockets in another order than
 * datagrams came to them in (seen in 7 of 90 tries), and only time tells what was dropped from what is late.
 */
const OVERTAKEN_MS = 100;

export function publicSide({ primary, alternate }: ServerPlace): PublicSide {
  return {
    primary: { address: primary, port: PORT },
    samePlaceOtherPort: { address: primary, port: OTHER_PORT },
    otherPlaceSamePort: { address: alternate, port: PORT },
    otherPlaceOtherPort: { address: alternate, port: OTHER_PORT },
  };
}

/** Opens the public sockets, each named by its endpoint. One server agent serves the beds of all sites. */
export async function openPublicSide(server: Agent, side: PublicSide): Promise<void> {
  await Promise.all(Object.values(side).map((endpoint: Endpoint) => server.bind(formatEndpoint(endpoint), endpoint)));
}

export interface BedHost {
  readonly agent: Agent;
  readonly address: string;
}

export interface BedParts {
  readonly server: Agent;
  readonly client: BedHost;
  /** Another client of the site; the same one if the site has only one. */
  readonly neighbour: BedHost;
  readonly publicSide: PublicSide;
}

export function conformanceBed(parts: BedParts): ConformanceBed {
  const sockets = clientSockets(parts);
  const { server } = parts;
  return {
    publicSide: parts.publicSide,
    hasNeighbour: parts.neighbour.address !== parts.client.address,
    local: sockets.open,
    outbound: (socket, to) => outbound({ server, sockets }, { socket, to }),
    inbound: (socket, probe) => inbound({ server, sockets }, { socket, ...probe }),
    hairpin: (socket, probe) => hairpin({ server, sockets }, { socket, ...probe }),
  };
}

interface Bed {
  readonly server: Agent;
  readonly sockets: ClientSockets;
}

/** The named sockets of the client and its neighbour. */
interface ClientSockets {
  /** The agent of the host that the socket belongs to. */
  readonly agentOf: (socket: string) => Agent;
  /** Opens the socket if it is not open yet, at that port or at one that the system chooses. */
  readonly open: (socket: string, port?: number) => Promise<Endpoint>;
  /** Text for a datagram that no other datagram of the lab carries. */
  readonly token: () => string;
}

function clientSockets({ client, neighbour }: BedParts): ClientSockets {
  const hostOf = (socket: string): BedHost => (NEIGHBOUR_SOCKETS.includes(socket) ? neighbour : client);
  const locals = new Map<string, Promise<Endpoint>>();
  let tokens = 0;
  return {
    agentOf: (socket) => hostOf(socket).agent,
    open: (socket, port = 0) => {
      const { agent, address } = hostOf(socket);
      const local = locals.get(socket) ?? agent.bind(socket, { address, port });
      locals.set(socket, local);
      return local;
    },
    token: () => `${client.address} ${++tokens}`,
  };
}

async function outbound(
  { server, sockets }: Bed,
  { socket, to }: { readonly socket: string; readonly to: Endpoint },
): Promise<Endpoint | null> {
  await sockets.open(socket);
  const data = sockets.token();
  const seen = await arrival(server, {
    wanted: (candidate) => candidate.data === data && candidate.socket === formatEndpoint(to),
    timeoutMs: ARRIVAL_TIMEOUT_MS,
    meanwhile: () => sockets.agentOf(socket).send(socket, to, data),
  });
  return seen?.from ?? null;
}

interface InboundProbe {
  readonly socket: string;
  readonly mapped: Endpoint;
  readonly from: readonly Endpoint[];
  readonly opened: Endpoint;
  readonly instead?: { readonly mapped: Endpoint };
}

/**
 * Sends from every endpoint once, and then from one whose datagram arrives for certain; when it has, those that have not arrived
 * may take OVERTAKEN_MS more.
 */
async function inbound(
  { server, sockets }: Bed,
  { socket, mapped, from, opened, instead = { mapped } }: InboundProbe,
): Promise<readonly Endpoint[]> {
  const agent = sockets.agentOf(socket);
  const missing = new Map(from.map((endpoint) => [sockets.token(), endpoint]));
  const all = Promise.withResolvers<void>();
  using _ = agent.onArrival((candidate) => {
    if (candidate.socket === socket) missing.delete(candidate.data);
    if (missing.size === 0) all.resolve();
  });
  for (const [data, endpoint] of missing) server.send(formatEndpoint(endpoint), mapped, data);
  const last = sockets.token();
  const finished = await arrival(agent, {
    wanted: ({ data }) => data === last,
    timeoutMs: ARRIVAL_TIMEOUT_MS,
    meanwhile: () => server.send(formatEndpoint(opened), instead.mapped, last),
  });
  if (finished === null)
    throw new Error(`${formatEndpoint(opened)} cannot answer ${socket} at ${formatEndpoint(mapped)}`);
  if (missing.size > 0) await Promise.race([all.promise, setTimeout(OVERTAKEN_MS)]);
  const dropped = [...missing.values()];
  return from.filter((endpoint) => !dropped.includes(endpoint));
}

interface HairpinProbe {
  readonly socket: string;
  readonly at: string;
  readonly mapped: Endpoint;
  readonly opened: Endpoint;
}

async function hairpin(bed: Bed, { socket, at, mapped, opened }: HairpinProbe): Promise<Endpoint | null> {
  const { sockets } = bed;
  const data = sockets.token();
  let source: Endpoint | null = null;
  using _ = sockets.agentOf(at).onArrival((candidate) => {
    if (candidate.socket === at && candidate.data === data) source = candidate.from;
  });
  sockets.agentOf(socket).send(socket, mapped, data);
  if ((await outbound(bed, { socket, to: opened })) === null)
    throw new Error(`${socket} cannot reach ${formatEndpoint(opened)}`);
  await inbound(bed, { socket: at, mapped, from: [], opened });
  return source;
}
