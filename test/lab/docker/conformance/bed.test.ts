/** What the conformance bed takes for arrived, on agents whose datagrams are handed over by the test. */
import { expect, it } from 'vitest';
import { conformanceBed, publicSide } from '../../../../lab/docker/conformance/bed.ts';
import type { Agent, AgentArrival } from '../../../../lab/docker/container/agent.ts';
import { type Endpoint, formatEndpoint } from '../../../../src/endpoint.ts';

const SIDE = publicSide({ subnet: '203.0.113.0/24', primary: '203.0.113.10', alternate: '203.0.113.11' });
const CLIENT = '10.113.0.2';
const MAPPED: Endpoint = { address: '203.0.113.101', port: 5000 };

interface Sent {
  readonly from: string;
  readonly to: Endpoint;
  readonly data: string;
}

/** A server that sends to a client through a network of which the test says what it brings, and when. */
function bedOver(deliver: (sent: Sent, arrive: (socket: string) => void) => void) {
  const listeners = new Set<(arrival: AgentArrival) => void>();
  const endpointOf = new Map(Object.values(SIDE).map((endpoint) => [formatEndpoint(endpoint), endpoint]));
  const client: Agent = {
    bind: async (_socket, at) => ({ ...at, port: 5000 }),
    send: () => {},
    onArrival: (listener) => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const server: Agent = {
    ...client,
    send: (from, to, data) =>
      deliver({ from, to, data }, (socket) => {
        const arrival = { socket, from: endpointOf.get(from) ?? MAPPED, data };
        for (const listener of [...listeners]) listener(arrival);
      }),
  };
  const host = { agent: client, address: CLIENT };
  return conformanceBed({ server, client: host, neighbour: host, publicSide: SIDE });
}

const PROBE = { mapped: MAPPED, from: [SIDE.otherPlaceOtherPort], opened: SIDE.primary };

it('a datagram has arrived although the one that was sent behind it is read first', async () => {
  let late: (() => void) | null = null;
  const bed = bedOver(({ from }, arrive) => {
    if (from !== formatEndpoint(SIDE.primary)) {
      late = () => arrive('silent');
      return;
    }
    arrive('filtering');
    setImmediate(() => late?.());
  });
  expect(await bed.inbound('silent', PROBE)).toEqual([SIDE.otherPlaceOtherPort]);
});

it('a datagram that never comes, or comes to another socket, has not arrived', async () => {
  const dropping = bedOver(({ from }, arrive) => {
    if (from === formatEndpoint(SIDE.primary)) arrive('filtering');
  });
  expect(await dropping.inbound('silent', PROBE)).toEqual([]);
  const elsewhere = bedOver((_sent, arrive) => arrive('filtering'));
  expect(await elsewhere.inbound('silent', PROBE)).toEqual([]);
});
