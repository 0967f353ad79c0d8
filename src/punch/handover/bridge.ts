/** Puts a program on a path that it knows nothing of: by two ports of the loopback interface. */
import { randomInt } from 'node:crypto';
import { type Endpoint, sameEndpoint } from '../../endpoint.ts';
import { createOwner } from '../../net/owner.ts';
import { openUdpSocket } from '../../net/udp-socket.ts';
import type { Path } from '../path/path.ts';
import { PathSendError } from '../path/send-error.ts';

const LOOPBACK = '127.0.0.1';
/**
 * Below all ephemeral ports, from 32768 on Linux and from 49152 elsewhere (RFC 6335 §6): nobody gets one by chance between the
 * moment of choice and that at which the program binds.
 */
const FREE_PORTS = { first: 20_000, last: 29_999 } as const;
/** Never reached unless nearly all of them are taken. */
const FREE_PORT_TRIES = 100;

/** What a bridge needs of a path. */
export type BridgedPath = Pick<Path, 'send' | 'onData'>;

export interface Bridge extends AsyncDisposable {
  /** Where the program has to bind; nobody else had when it was chosen. */
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

/** Returns an endpoint that nobody has bound, and that the system gives to nobody who does not ask for it. */
async function freeEndpoint(): Promise<Endpoint> {
  for (let tries = 0; tries < FREE_PORT_TRIES; tries++) {
    const port = randomInt(FREE_PORTS.first, FREE_PORTS.last + 1);
    const socket = await openUdpSocket({ address: LOOPBACK, port }).catch(() => null);
    if (!socket) continue;
    await socket[Symbol.asyncDispose]();
    return socket.local;
  }
  throw new Error(`no free UDP port from ${FREE_PORTS.first} to ${FREE_PORTS.last} in ${FREE_PORT_TRIES} tries`);
}

function passOn(path: BridgedPath, bytes: Uint8Array): void {
  try {
    path.send(bytes);
  } catch (error) {
    if (!(error instanceof PathSendError)) throw error;
  }
}
