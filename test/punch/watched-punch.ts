/**
 * A punch as a program of a test that tells of all that leaves it: JSON lines on stdout, the last one its report. argv: the
 * options of punch as JSON. Where there is a path it sends one datagram, and ends when one has come.
 */
import { Socket as DatagramSocket } from 'node:dgram';
import { Socket as StreamSocket } from 'node:net';
import { WebSocket } from 'ws';
import { punch } from '../../src/punch/punch.ts';

export type Said =
  /** A datagram that left a UDP socket, the n-th that this process has sent from. */
  | { readonly kind: 'datagram'; readonly socket: number; readonly to: string; readonly hex: string }
  | { readonly kind: 'connection'; readonly to: string }
  /** A message on the WebSocket. */
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'report'; readonly report: object };

const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

const sockets: unknown[] = [];
const { send: sendDatagram } = DatagramSocket.prototype;
DatagramSocket.prototype.send = function watched(this: DatagramSocket, ...sent: unknown[]): void {
  const [bytes, port, address] = sent as [Uint8Array, number, string];
  if (!sockets.includes(this)) sockets.push(this);
  say({
    kind: 'datagram',
    socket: sockets.indexOf(this),
    to: `${address}:${port}`,
    hex: Buffer.from(bytes).toString('hex'),
  });
  Reflect.apply(sendDatagram, this, sent);
};
const { connect } = StreamSocket.prototype;
StreamSocket.prototype.connect = function watched(this: StreamSocket, ...to: unknown[]): StreamSocket {
  // Node hands on its arguments as a list, the options first.
  const [place] = to.flat() as { readonly host?: string; readonly port?: number }[];
  say({ kind: 'connection', to: `${place?.host}:${place?.port}` });
  return Reflect.apply(connect, this, to);
} as typeof connect;
const { send: sendMessage } = WebSocket.prototype;
WebSocket.prototype.send = function watched(this: WebSocket, ...sent: unknown[]): void {
  say({ kind: 'message', text: String(sent[0]) });
  Reflect.apply(sendMessage, this, sent);
};

await using punched = await punch(JSON.parse(process.argv[2] ?? ''));
const { path } = punched;
if (path) {
  const heard = new Promise((resolve) => path.onData(resolve));
  path.send(new TextEncoder().encode('from the hidden one'));
  await heard;
}
say({ kind: 'report', report: punched.report });
