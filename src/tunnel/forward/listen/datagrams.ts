/** Listens for datagrams, and carries those of each client to the target as a flow of its own. */
import { type Endpoint, formatEndpoint } from '../../../endpoint.ts';
import { UsageError } from '../../../errors.ts';
import { explainCode } from '../../../net/explain-code.ts';
import { openUdpSocket, type UdpSocket } from '../../../net/udp-socket.ts';
import { createFlow, type TunnelFlow } from '../flow.ts';
import { createFlowTable, type Flow, type FlowLimits, type FlowTable } from '../flow-table.ts';
import type { PortListen } from '../grammar/target.ts';
import type { Carried, Listener } from './connections.ts';
import type { Opened } from './current-tunnel.ts';

/** How many of a client's datagrams are kept until its flow is open; those that follow are dropped. */
const KEPT_MAX = 16;
/** How long what a client sends is dropped after its flow was refused, in milliseconds: not every datagram may ask anew. */
const REFUSED_MS = 5_000;

interface Client extends Flow {
  readonly send: (bytes: Uint8Array) => void;
}

interface State extends Carried {
  readonly socket: UdpSocket;
  readonly clients: FlowTable<Client>;
  readonly limits: FlowLimits;
}

/** @throws UsageError when it cannot be listened there. */
export async function listenForDatagrams(
  listen: PortListen,
  { carried, limits }: { readonly carried: Carried; readonly limits: FlowLimits },
): Promise<Listener> {
  const socket = await openUdpSocket(listen).catch(({ code, message }: NodeJS.ErrnoException) => {
    const at = { host: listen.address, port: listen.port };
    throw new UsageError(explainCode(code ?? message, { way: 'listen-udp', ...at }));
  });
  const state: State = { ...carried, socket, clients: createFlowTable(limits), limits };
  socket.onDatagram((bytes, from) => {
    const key = formatEndpoint(from);
    (state.clients.use(key) ?? addClient(state, key, from)).send(bytes);
  });
  return {
    listen: { ...listen, port: socket.local.port },
    [Symbol.asyncDispose]: async () => {
      state.clients[Symbol.dispose]();
      await socket[Symbol.asyncDispose]();
    },
  };
}

function addClient(state: State, key: string, endpoint: Endpoint): Client {
  const gone = new AbortController();
  const kept: Uint8Array[] = [];
  let flow: TunnelFlow | null = null;
  let refused: Disposable | null = null;
  const client: Client = {
    send: (bytes) => {
      if (flow) flow.send(bytes);
      else if (!refused && kept.length < KEPT_MAX) kept.push(Uint8Array.from(bytes));
    },
    end: () => {
      gone.abort();
      flow?.end();
      refused?.[Symbol.dispose]();
    },
  };
  state.clients.add(key, client);
  const over = (): void => state.clients.end(key, client);
  state.current.open(state.request, gone.signal).then(
    ({ tunnel, stream }) => {
      if (gone.signal.aborted) return void stream.destroy();
      flow = beginFlow(state, { tunnel, stream, key, endpoint, over });
      for (const bytes of kept.splice(0)) flow.send(bytes);
    },
    (error: Error) => {
      if (gone.signal.aborted) return;
      refused = state.limits.clock.after(REFUSED_MS, over);
      state.onEvent({ kind: 'stream-refused', target: state.target, reason: error.message });
    },
  );
  return client;
}

interface Begun extends Opened {
  readonly key: string;
  readonly endpoint: Endpoint;
  readonly over: () => void;
}

function beginFlow({ target, socket, clients, onEvent }: State, { key, endpoint, over, ...opened }: Begun): TunnelFlow {
  return createFlow({
    ...{ ...opened, target, client: key, sends: 'to-target', onEvent, onEnd: over },
    receive: (bytes) => {
      if (clients.use(key)) socket.send(bytes, endpoint, () => {});
    },
  });
}
