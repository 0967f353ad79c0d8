/**
 * What stun-load.c does, for a machine without a C compiler; it is slower than most servers, and then measures itself.
 * Usage: node stun-load.ts ADDRESS PORT SECONDS REQUESTS SOCKETS
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { quantile } from '../../statistics/quantile.ts';

const HEADER_BYTES = 20;
const HEADER = Buffer.from('000100002112a442', 'hex');
const LOST_MS = 200;

interface Slot {
  readonly request: Buffer;
  sentAt: number;
  use: number;
}

const [address = '', port, seconds, requests, sockets] = process.argv.slice(2);
const run = randomBytes(4);
const each = Math.floor(Number(requests) / Number(sockets));
const tally = { answered: 0, lost: 0, strange: 0 };
const roundTripsMs: number[] = [];
const beganAt = performance.now();
const sources = await Promise.all(Array.from({ length: Number(sockets) }, open));
const refilling = setInterval(() => {
  for (const source of sources) refill(source);
}, LOST_MS / 10);
setTimeout(() => {
  clearInterval(refilling);
  for (const { socket } of sources) socket.close();
  const us = (share: number): number => Math.round(quantile(roundTripsMs, share) * 1000);
  const took = (performance.now() - beganAt) / 1000;
  console.log(JSON.stringify({ ...tally, seconds: took, medianUs: us(0.5), p99Us: us(0.99) }));
}, Number(seconds) * 1000);

interface Source {
  readonly socket: Socket;
  readonly slots: readonly Slot[];
}

async function open(): Promise<Source> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  const slots = Array.from({ length: each }, (_, index): Slot => {
    const request = Buffer.concat([HEADER, run, Buffer.alloc(8)]);
    request.writeUInt32BE(index, 12);
    return { request, sentAt: 0, use: 0 };
  });
  const source = { socket, slots };
  socket.on('message', (reply) => take(source, reply));
  socket.connect(Number(port), address);
  await once(socket, 'connect');
  refill(source);
  return source;
}

function refill({ socket, slots }: Source): void {
  for (const slot of slots) {
    if (slot.sentAt !== 0 && performance.now() - slot.sentAt < LOST_MS) continue;
    if (slot.sentAt !== 0) tally.lost++;
    ask(socket, slot);
  }
}

function ask(socket: Socket, slot: Slot): void {
  slot.request.writeUInt32BE(++slot.use, 16);
  slot.sentAt = performance.now();
  socket.send(slot.request);
}

function take({ socket, slots }: Source, reply: Buffer): void {
  const isOurs = reply.length >= HEADER_BYTES && reply.subarray(8, 12).equals(run);
  const slot = isOurs ? slots[reply.readUInt32BE(12)] : undefined;
  const type = isOurs ? reply.readUInt16BE(0) : 0;
  if (!slot || slot.sentAt === 0 || slot.use !== reply.readUInt32BE(16) || (type !== 0x0101 && type !== 0x0001)) {
    tally.strange++;
    return;
  }
  roundTripsMs.push(performance.now() - slot.sentAt);
  slot.sentAt = 0;
  tally.answered++;
  ask(socket, slot);
}
