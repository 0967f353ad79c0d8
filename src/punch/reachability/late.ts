/** Tells of ways to reach this side that have come since peers were told of the others. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { otherSpecs, PUNCH_SOCKET, RELAY_SOCKET, SECOND_SOCKET } from '../attempt/candidates/candidate-agent.ts';
import { relayOf } from './candidates.ts';
import type { OtherSocket } from './other-sockets.ts';
import type { LateCandidates, State } from './state.ts';

/** The router has mapped a port. Before the server has seen this side, it is not known whether that leads anywhere. */
export function tellMapped(state: State): void {
  const { direct, options, own } = state;
  const mapped = own && options.mappedPort?.toward(own);
  if (!direct || !mapped) return;
  const { endpoint, router: server } = mapped;
  tell(state, {
    name: PUNCH_SOCKET,
    shared: direct,
    specs: [{ type: 'srflx', socket: PUNCH_SOCKET, endpoint, server }],
  });
  state.onChanged();
}

/** The server has seen the second socket, which it does again and again; the room is told of that by another way. */
export function tellSecond(state: Pick<State, 'second' | 'lateUsers'>, seen: Endpoint): void {
  const { second } = state;
  if (!second || (second.seen && sameEndpoint(second.seen, seen))) return;
  second.seen = seen;
  const { shared, server } = second;
  tell(state, {
    ...{ name: SECOND_SOCKET, shared },
    specs: [
      { type: 'host', socket: SECOND_SOCKET, endpoint: shared.local },
      { type: 'srflx', socket: SECOND_SOCKET, endpoint: seen, server: server.address },
    ],
  });
}

/** The server has seen another socket for the first time, or anew. */
export function tellOther(state: State, { name, shared, seen }: OtherSocket): void {
  const { address: server } = state.server;
  tell(state, { name, shared, specs: otherSpecs({ name, local: shared.local, seen, server }) });
  state.onChanged();
}

/** There is a relay. */
export function tellRelay(state: State): void {
  const { relay, options } = state;
  if (!relay) return;
  const { relayed: endpoint, mapped } = relayOf(relay, options.mode);
  tell(state, {
    name: RELAY_SOCKET,
    shared: relay.shared,
    specs: [{ type: 'relay', socket: RELAY_SOCKET, endpoint, mapped }],
  });
}

function tell({ lateUsers }: Pick<State, 'lateUsers'>, late: LateCandidates): void {
  for (const receive of [...lateUsers]) receive(late);
}
