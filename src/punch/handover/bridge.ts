/** Puts a program on a path that it knows nothing of: by two ports of the loopback interface. */
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { createOwner } from '../../net/owner.ts';
import { openUdpSocket } from '../../net/udp-socket.ts';
import type { Path } from '../path/path.ts';
import { PathSendError } from '../path/send-error.ts';

const LOOPBACK = '127.0.0.1';

/** What a bridge needs of a path. */
export type BridgedPath = Pick<Path, 'send' | 'onData'>;

export interface Bridge extends AsyncDisposable {
  /** Where the program has to bind; the port was free a moment ago. */
  readonly local: Endpoint;
  /** Where the program has to send to, and what the peer's datagrams come from. */
  readonly remote: Endpoint;
}

/**
 * Passes datagrams on between the path and whoever binds `local`, and takes none from anybody else. What comes before that, or
 * is too large for the path, or comes when the path is over, is dropped. The path still belongs to the caller.
 */
export async function openBridge(path: BridgedPath): Promise<Bridge> {
  await using owner = createOwner();
  const socket = owner.use(await openUdpSocket({ address: LOOPBACK, port: 0 }));
  const local = await freeEndpoint();
  socket.onDatagram((bytes, from) => {
    if (sameEndpoint(from, local)) passOn(path, bytes);
  });
  path.onData((bytes) => socket.send(bytes, local, () => {}));
  // What the program has sent before it ended is passed on: the loop reads it when it turns.
  owner.defer(() => new Promise((resolve) => setImmediate(resolve)));
  const kept = owner.move();
  return { local, remote: socket.local, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

async function freeEndpoint(): Promise<Endpoint> {
  await using socket = await openUdpSocket({ address: LOOPBACK, port: 0 });
  return socket.local;
}

function passOn(path: BridgedPath, bytes: Uint8Array): void {
  try {
    path.send(bytes);
  } catch (error) {
    if (!(error instanceof PathSendError)) throw error;
  }
}
