/** A bare udx stream through a hole that both sides open by sending to each other's endpoint, which they know. */
import UDX, { type UdxSocket, type UdxStream } from 'udx-native';

/** Well below what a router waits for, and above any round trip of the lab. */
const KNOCK_INTERVAL_MS = 20;
export const KNOCK = 'knock ';
/** The number of the one stream on either side. */
export const SIDE_STREAM_ID = 1;
/** So that nothing is lost for want of room; what the kernel does not grant is left out. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

export function tuned(socket: UdxSocket): void {
  socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
  socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
}

/**
 * Takes LOCAL_PORT, REMOTE_HOST, REMOTE_PORT, and the number that the stream has there if it is another. Says `waiting`, and
 * gives the stream as soon as the other side is heard; its socket is closed with it.
 */
export async function openStream(hole: readonly string[]): Promise<UdxStream> {
  const [localPort, host = '', port, remoteId = SIDE_STREAM_ID] = hole;
  const udx = new UDX();
  const socket = udx.createSocket();
  socket.bind(Number(localPort), '0.0.0.0');
  tuned(socket);
  console.error('waiting');
  const knock = (): void => socket.trySend(Buffer.from(`${KNOCK}${remoteId}`), Number(port), host);
  await answered(socket, knock);
  const stream = udx.createStream(SIDE_STREAM_ID);
  stream.connect(socket, Number(remoteId), Number(port), host);
  stream.on('close', () => void socket.close());
  return stream;
}

/** Knocks until the other side is heard, and once more then, for it may not have heard this one. */
async function answered(socket: UdxSocket, knock: () => void): Promise<void> {
  const timer = setInterval(knock, KNOCK_INTERVAL_MS);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('message', () => resolve());
  knock();
  await promise;
  clearInterval(timer);
  knock();
}
