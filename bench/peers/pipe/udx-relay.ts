/**
 * Relays one udx stream between two sides, by udx itself: packets are passed on as they are.
 * Usage: node udx-relay.ts PORT; says `waiting`. The sides connect to it with the stream numbers 1 and 2.
 */
import UDX from 'udx-native';
import { KNOCK, SIDE_STREAM_ID, tuned } from './udx-hole.ts';

const udx = new UDX();
const socket = udx.createSocket();
socket.bind(Number(process.argv[2]), '0.0.0.0');
tuned(socket);
const streams = [1, 2].map((id) => udx.createStream(id));
const connected = new Set<number>();
const [first, second] = streams;
if (first && second) {
  first.relayTo(second);
  second.relayTo(first);
}

socket.on('message', (bytes: Buffer, { host, port }: { readonly host: string; readonly port: number }) => {
  const id = Number(bytes.toString().slice(KNOCK.length));
  if (!connected.has(id)) streams[id - 1]?.connect(socket, SIDE_STREAM_ID, port, host);
  connected.add(id);
  if (connected.size === streams.length) socket.trySend(bytes, port, host);
});
console.error('waiting');
