/** The conformance bed of the container lab: four public sockets of the server, and sockets of clients of one site. */
import { type Endpoint, formatEndpoint } from '../../../src/endpoint.ts';
import { type ConformanceBed, NEIGHBOUR_SOCKETS, type PublicSide } from '../../conformance.ts';
import { type Agent, type AgentArrival, arrival } from '../container/agent.ts';
import type { ServerPlace } from '../topology/addressing.ts';

/** Ports of the public sockets; nothing else of the lab uses them. */
const PORT = 7000;
const OTHER_PORT = 7001;

/** Between containers of one machine a datagram takes well under a millisecond; this is for a machine that is busy. */
const ARRIVAL_TIMEOUT_MS = 3000;

/** Two datagrams sent one after the other may change places on a machine with several processors; two rounds do not. */
const ROUNDS = 2;

export function publicSide({ primary, alternate }: ServerPlace): PublicSide {
  return {
    primary: { address: primary, port: PORT },
    samePlaceOtherPort: { address: primary, port: OTHER_PORT },
    otherPlaceSamePort: { address: alternate, port: PORT },
    otherPlaceOtherPort: { address: alternate, port: OTHER_PORT },
  };
}

/** Opens the public sockets, each named as its endpoint is written. One server agent serves the beds of all sites. */
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
  /** Another client of the site; the same one where there is no other. */
  readonly neighbour: BedHost;
  readonly publicSide: PublicSide;
}

export function conformanceBed({ server, client, neighbour, publicSide }: BedParts): ConformanceBed {
  const hostOf = (socket: string): BedHost => (NEIGHBOUR_SOCKETS.includes(socket) ? neighbour : client);
  const open = new Map<string, Promise<Endpoint>>();
  const opened = (socket: string): Promise<Endpoint> => {
    const { agent, address } = hostOf(socket);
    const local = open.get(socket) ?? agent.bind(socket, { address, port: 0 });
    open.set(socket, local);
    return local;
  };
  let sent = 0;
  const token = (): string => `${client.address} ${++sent}`;

  const bed: ConformanceBed = {
    publicSide,
    async outbound(socket, to) {
      await opened(socket);
      const data = token();
      const seen = await arrival(server, {
        wanted: (candidate) => candidate.data === data && candidate.socket === formatEndpoint(to),
        timeoutMs: ARRIVAL_TIMEOUT_MS,
        meanwhile: () => hostOf(socket).agent.send(socket, to, data),
      });
      return seen?.from ?? null;
    },
    async inbound(socket, { mapped, from, opened: last }) {
      const { agent } = hostOf(socket);
      const arrived = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const tokens = new Map(from.map((endpoint) => [token(), endpoint]));
        const end = token();
        const note = ({ data }: AgentArrival): void => {
          const source = tokens.get(data);
          if (source !== undefined) arrived.add(formatEndpoint(source));
        };
        using _ = agent.onArrival(note);
        const finished = await arrival(agent, {
          wanted: ({ data }) => data === end,
          timeoutMs: ARRIVAL_TIMEOUT_MS,
          meanwhile: () => {
            for (const [data, endpoint] of tokens) server.send(formatEndpoint(endpoint), mapped, data);
            server.send(formatEndpoint(last), mapped, end);
          },
        });
        if (finished === null)
          throw new Error(`${formatEndpoint(last)} cannot answer ${socket} at ${formatEndpoint(mapped)}`);
      }
      return from.filter((endpoint) => arrived.has(formatEndpoint(endpoint)));
    },
    async hairpin(socket, { at, mapped, opened: last }) {
      const data = token();
      let source: Endpoint | null = null;
      using _ = hostOf(at).agent.onArrival((candidate) => {
        if (candidate.socket === at && candidate.data === data) source = candidate.from;
      });
      hostOf(socket).agent.send(socket, mapped, data);
      if ((await bed.outbound(socket, last)) === null)
        throw new Error(`${socket} cannot reach ${formatEndpoint(last)}`);
      await bed.inbound(at, { mapped, from: [], opened: last });
      return source;
    },
  };
  return bed;
}
