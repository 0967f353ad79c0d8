/**
 * One side of a path as a program of a test, from sockets that native streams share: it sends random bytes on a stream, and says
 * as JSON how it was connected, what it has sent, and what has come. argv: the options of the room, `peer` and `bytes` as JSON.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { loadUdx } from '../../../../src/net/udx/load.ts';
import { udxSockets } from '../../../../src/net/udx/udx-socket.ts';
import { openRoom } from '../../../../src/punch/open-room.ts';
import { openCarrier } from '../../../../src/tunnel/carrier/open-carrier.ts';

const ID = 1;
const { peer, bytes: length, ...options } = JSON.parse(process.argv[1] ?? '');
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const udx = await loadUdx();
const open = udxSockets(udx);
let sockets = 0;
await using room = await openRoom({
  ...options,
  openSocket: (at) => {
    sockets++;
    return open(at);
  },
});
const punched = await room.connect(peer);
const { outcome, technique, elapsedMs } = punched.report;
const said = { outcome, technique, elapsedMs, sockets };
if (!punched.path) {
  process.stdout.write(`${JSON.stringify(said)}\n`);
} else {
  await using carrier = await openCarrier(punched, udx);
  const { socket, remote, kind } = carrier.route();
  const stream = udx.createStream(ID, { firewall: () => false });
  stream.connect(socket, ID, remote.port, remote.address);
  // The peer may be gone before it has acknowledged the end.
  stream.on('error', () => {});
  const bytes = randomBytes(length);
  stream.end(bytes);
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  if (!stream.destroyed) await once(stream, 'close');
  process.stdout.write(
    `${JSON.stringify({ ...said, kind, sent: digest(bytes), heard: digest(Buffer.concat(parts)) })}\n`,
  );
}
