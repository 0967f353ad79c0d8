/** The conformance bed of the container lab: four public sockets of the server, and sockets of one client. */
import { type Endpoint, formatEndpoint } from '../../src/endpoint.ts';
import type { ConformanceBed, PublicSide } from '../conformance.ts';
import type { ServerPlace } from './addressing.ts';
import { type Agent, type Arrival, arrival } from './agent.ts';

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

export interface BedParts {
  readonly server: Agent;
  readonly client: Agent;
  readonly clientAddress: string;
  readonly publicSide: PublicSide;
}

export function conformanceBed({ server, client, clientAddress, publicSide }: BedParts): ConformanceBed {
  const open = new Map<string, Promise<Endpoint>>();
  const opened = (socket: string): Promise<Endpoint> => {
    const local = open.get(socket) ?? client.bind(socket, { address: clientAddress, port: 0 });
    open.set(socket, local);
    return local;
  };
  let sent = 0;
  const token = (): string => `${clientAddress} ${++sent}`;

  return {
    publicSide,
    async outbound(socket, to) {
      await opened(socket);
      const data = token();
      const seen = await arrival(server, {
        wanted: (candidate) => candidate.data === data && candidate.socket === formatEndpoint(to),
        timeoutMs: ARRIVAL_TIMEOUT_MS,
        meanwhile: () => client.send(socket, to, data),
      });
      return seen?.from ?? null;
    },
    async inbound(socket, { mapped, from, opened: last }) {
      const arrived = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) {
        const tokens = new Map(from.map((endpoint) => [token(), endpoint]));
        const end = token();
        const note = ({ data }: Arrival): void => {
          const source = tokens.get(data);
          if (source !== undefined) arrived.add(formatEndpoint(source));
        };
        using _ = client.onArrival(note);
        const finished = await arrival(client, {
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
  };
}
