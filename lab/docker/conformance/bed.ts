/** The conformance bed of the container lab: four public sockets of the server, and sockets of the clients of one site. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { type ConformanceBed, NEIGHBOUR_SOCKETS, type PublicSide } from '../../conformance.ts';
import { type Agent, arrival } from '../container/agent.ts';
import type { ServerPlace } from '../topology/addressing.ts';

/** Ports of the public sockets; nothing else in the lab uses them. */
const PORT = 7000;
const OTHER_PORT = 7001;

/** Between containers of one machine a datagram takes well under a millisecond; this allows for a busy machine. */
const ARRIVAL_TIMEOUT_MS = 3000;

/** On a machine with several processors, two datagrams sent one after the other may arrive swapped; two rounds in a row have been seen to. */
const ROUNDS = 3;
/** How many datagrams follow those of a round: behind one alone, all three rounds have been seen to be overtaken. */
const BEHIND = 2;

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
  /** Opens the socket if it is not open yet. */
  readonly open: (socket: string) => Promise<Endpoint>;
  /** Text for a datagram that no other datagram of the lab carries. */
  readonly token: () => string;
}

function clientSockets({ client, neighbour }: BedParts): ClientSockets {
  const hostOf = (socket: string): BedHost => (NEIGHBOUR_SOCKETS.includes(socket) ? neighbour : client);
  const locals = new Map<string, Promise<Endpoint>>();
  let tokens = 0;
  return {
    agentOf: (socket) => hostOf(socket).agent,
    open: (socket) => {
      const { agent, address } = hostOf(socket);
      const local = locals.get(socket) ?? agent.bind(socket, { address, port: 0 });
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

async function inbound(bed: Bed, probe: InboundProbe): Promise<readonly Endpoint[]> {
  const arrived = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const source of await inboundRound(bed, probe)) arrived.add(formatEndpoint(source));
  }
  return probe.from.filter((endpoint) => arrived.has(formatEndpoint(endpoint)));
}

/**
 * Sends from every endpoint once, and resolves with those whose datagrams had arrived when two more had, which are sent behind
 * them one after the other: the second one only when the first one is there, so that what it was to follow has had a whole round trip more.
 */
async function inboundRound(
  { server, sockets }: Bed,
  { socket, mapped, from, opened, instead = { mapped } }: InboundProbe,
): Promise<readonly Endpoint[]> {
  const agent = sockets.agentOf(socket);
  const sources = new Map(from.map((endpoint) => [sockets.token(), endpoint]));
  const arrived: Endpoint[] = [];
  using _ = agent.onArrival((candidate) => {
    const source = sources.get(candidate.data);
    if (source !== undefined && candidate.socket === socket) arrived.push(source);
  });
  for (const [data, endpoint] of sources) server.send(formatEndpoint(endpoint), mapped, data);
  for (let behind = 0; behind < BEHIND; behind++) {
    const last = sockets.token();
    const finished = await arrival(agent, {
      wanted: ({ data }) => data === last,
      timeoutMs: ARRIVAL_TIMEOUT_MS,
      meanwhile: () => server.send(formatEndpoint(opened), instead.mapped, last),
    });
    if (finished === null)
      throw new Error(`${formatEndpoint(opened)} cannot answer ${socket} at ${formatEndpoint(mapped)}`);
  }
  return arrived;
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
