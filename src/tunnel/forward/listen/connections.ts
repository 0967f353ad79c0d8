/** Listens for connections, by TCP or on a socket file, and carries each to the target by a stream of its own. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { familyOf, formatEndpoint } from '../../../endpoint.ts';
import { UsageError } from '../../../errors.ts';
import { explainCode } from '../../../net/explain-code.ts';
import type { TunnelStream } from '../../tunnel.ts';
import type { OnForwardEvent } from '../event.ts';
import type { Listen } from '../grammar/target.ts';
import { reset, splice } from '../splice.ts';
import type { CurrentTunnel } from './current-tunnel.ts';
import { cannotListen, clearSocketFile, closeToOthers } from './socket-file.ts';

/** How many connections may wait to be accepted; systems have a lower bound of their own (listen(2)). */
const BACKLOG = 1_024;

/** One forward as its listener knows it. */
export interface Carried {
  readonly request: string;
  /** As it is told of. */
  readonly target: string;
  readonly current: CurrentTunnel;
  readonly onEvent: OnForwardEvent;
}

/** Disposing of it stops listening, and resets the connections. */
export interface Listener extends AsyncDisposable {
  /** Where it listens, with the port that the system has chosen for 0. */
  readonly listen: Listen;
}

/** @throws UsageError when it cannot be listened there. */
export async function listenForConnections(listen: Listen, carried: Carried): Promise<Listener> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    void carry(socket, carried);
  });
  const bound = await startListening(server, listen);
  // A connection that cannot be accepted, because no descriptors are left for instance, is no reason to stop.
  server.on('error', () => {});
  return {
    listen: bound,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) reset(socket);
      }),
  };
}

async function startListening(server: Server, listen: Listen): Promise<Listen> {
  if (listen.kind === 'unix') await clearSocketFile(listen.path);
  try {
    const listening = once(server, 'listening');
    if (listen.kind === 'unix') server.listen({ path: listen.path, backlog: BACKLOG });
    else {
      const { address: host, port } = listen;
      server.listen({ host, port, backlog: BACKLOG, exclusive: true, ipv6Only: familyOf(host) === 'IPv6' });
    }
    await listening;
    if (listen.kind === 'unix') await closeToOthers(listen.path);
  } catch (error) {
    server.close();
    const { code, message } = error as NodeJS.ErrnoException;
    if (listen.kind === 'unix') throw cannotListen(listen.path, code ?? message);
    const at = { host: listen.address, port: listen.port };
    throw new UsageError(explainCode(code ?? message, { way: 'listen-tcp', ...at }));
  }
  return listen.kind === 'unix' ? listen : { ...listen, port: (server.address() as AddressInfo).port };
}

async function carry(socket: Socket, carried: Carried): Promise<void> {
  const { target, onEvent } = carried;
  const client = clientOf(socket);
  const stream = await streamFor(socket, carried);
  if (!stream) return;
  onEvent({ kind: 'stream-opened', stream: stream.number, target, client });
  const how = await splice(socket, stream);
  const traffic = { bytesToTarget: socket.bytesRead, bytesFromTarget: socket.bytesWritten, tooLarge: 0 };
  onEvent({ kind: 'stream-closed', stream: stream.number, target, how, traffic });
}

/** Resets the connection where there is no stream for it; null then, and where the client has gone meanwhile. */
async function streamFor(socket: Socket, { request, target, current, onEvent }: Carried): Promise<TunnelStream | null> {
  const gone = new AbortController();
  socket.on('error', () => {});
  socket.once('close', () => gone.abort());
  try {
    const { stream } = await current.open(request, gone.signal);
    return stream;
  } catch (error) {
    if (gone.signal.aborted) return null;
    reset(socket);
    onEvent({ kind: 'stream-refused', target, reason: (error as Error).message });
    return null;
  }
}

function clientOf({ remoteAddress: address, remotePort: port }: Socket): string | null {
  return address === undefined || port === undefined ? null : formatEndpoint({ address, port });
}
