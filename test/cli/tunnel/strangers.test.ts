/** Datagrams of strangers at the sockets of a pipe that carries something: every byte arrives all the same. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openUdpSocket, type UdpSocket } from '../../../src/net/udp-socket.ts';
import { MESSAGE_TYPE } from '../../../src/tunnel/handshake/message.ts';
import { SEALED_TYPE } from '../../../src/tunnel/session/datagram/sealed-datagram.ts';
import { HOST } from '../../net/rendezvous/peers.ts';
import { hashOf, type PipeProcess } from '../pipes.ts';
import { CONNECTED, startMeetings } from './meetings.ts';

const DATAGRAMS = 10_000;
const BYTES = 8_000_000;
const CHUNK_BYTES = 64_000;
/** The first bytes of each kind: noise, a packet of a stream, STUN, each message of a handshake, and what is sealed. */
const KINDS: readonly Uint8Array[] = [
  Uint8Array.of(),
  Uint8Array.of(0xff, 0x01),
  Uint8Array.of(0x00, 0x01, 0x00, 80, 0x21, 0x12, 0xa4, 0x42),
  ...Object.values(MESSAGE_TYPE).flatMap((type) => [Uint8Array.of(type, 1), Uint8Array.of(type, 2)]),
  Uint8Array.of(SEALED_TYPE),
];

function strangeDatagram(number: number): Uint8Array {
  const bytes = randomBytes(100);
  bytes.set(KINDS[number % KINDS.length] ?? []);
  // Streams have small numbers, and one of them may be guessed.
  if (bytes[0] === 0xff && bytes[1] === 0x01) bytes.set([number % 64, 0, 0, 0], 4);
  return bytes;
}

/** The ports of the UDP sockets that the process has open over IPv4, as Linux tells. */
async function udpPorts(pid: number): Promise<readonly number[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const lines = (await readFile(`/proc/${pid}/net/udp`, 'utf8')).trim().split('\n').slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => inodes.has(fields[9]))
    .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16));
}

/** Writes what the hash is of, and as many datagrams beside it as belong to what has been written. */
async function feed(to: PipeProcess, flood: (share: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for (let sent = 0; sent < BYTES; sent += CHUNK_BYTES) {
    const chunk = randomBytes(CHUNK_BYTES);
    hash.update(chunk);
    flood(sent / BYTES);
    if (!to.stdin.write(chunk)) await new Promise((resolve) => to.stdin.once('drain', resolve));
  }
  flood(1);
  to.stdin.end();
  return hash.digest('hex');
}

function floodOf(stranger: UdpSocket, ports: readonly number[]) {
  let sent = 0;
  return (share: number): void => {
    for (; sent < DATAGRAMS * share; sent++) {
      for (const port of ports) stranger.send(strangeDatagram(sent), { address: HOST, port }, () => {});
    }
  };
}

it('10,000 datagrams of strangers at each socket of a pipe change nothing of what it carries', {
  skip: !existsSync('/proc/self/net/udp'),
  timeout: 120_000,
}, async () => {
  await using meetings = await startMeetings();
  const code = meetings.newCode();
  await using alice = meetings.start(code, ['pipe']);
  await using bob = meetings.start(code, ['pipe']);
  await Promise.all([alice.said(CONNECTED), bob.said(CONNECTED)]);
  await using stranger = await openUdpSocket({ address: HOST, port: 0 });
  const ports = await udpPorts(bob.pid);
  expect(ports).not.toEqual([]);
  const [atBob, atAlice, fromAlice, fromBob] = await Promise.all([
    hashOf(bob),
    hashOf(alice),
    feed(alice, floodOf(stranger, ports)),
    feed(bob, () => {}),
  ]);
  expect([atBob, atAlice]).toEqual([fromAlice, fromBob]);
  expect([await alice.ended, await bob.ended]).toMatchObject([{ code: 0 }, { code: 0 }]);
});
