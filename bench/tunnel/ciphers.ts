/**
 * How fast one stream goes over loopback, from one process to another, by what encrypts it: nothing, secret streams, TLS 1.3 of
 * node:tls with a shared key, and a whole session. Prints megabytes a second and the seconds of CPU of both processes.
 * Usage: node bench/tunnel/ciphers.ts [--megabytes 400]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Udx, UdxSocket, UdxStream } from '../../src/net/udx/native.ts';
import { enterSession } from '../../src/tunnel/session/enter-session.ts';
import { CODE } from '../../test/tunnel/session/pair.ts';
import { createCarrier } from '../../test/tunnel/session/wire.ts';

const require = createRequire(import.meta.url);
const MODES = ['udx', 'secret-stream', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'session'];
const CHUNK_BYTES = 65_536;
const PSK = Buffer.alloc(32, 7);
const { values, positionals } = parseArgs({
  options: { megabytes: { type: 'string', default: '400' } },
  allowPositionals: true,
});
const total = Math.round((Number(values.megabytes) * 1e6) / CHUNK_BYTES) * CHUNK_BYTES;

type Side = 'sender' | 'receiver';

if (positionals.length === 2) await runSide(positionals[0] ?? '', positionals[1] as Side);
else for (const mode of MODES) console.log(await measure(mode));

/** Starts both processes, tells each the other's port, and waits for their ends. */
async function measure(mode: string): Promise<string> {
  const start = (side: Side) =>
    fork(fileURLToPath(import.meta.url), [mode, side, '--megabytes', `${total / 1e6}`], { stdio: 'inherit' });
  const both = { sender: start('sender'), receiver: start('receiver') };
  const ports = await Promise.all(Object.values(both).map((child) => once(child, 'message')));
  both.sender.send(ports[1]?.[0]);
  both.receiver.send(ports[0]?.[0]);
  const [sent, received] = (await Promise.all(Object.values(both).map(resultOf))) as [Result, Result];
  const { ms, cpu } = received;
  const rate = (total / 1e6 / (ms / 1_000)).toFixed(0);
  return `${mode.padEnd(30)} ${rate.padStart(4)} MB/s   sender ${sent.cpu.toFixed(1)} s, receiver ${cpu.toFixed(1)} s of CPU`;
}

interface Result {
  readonly ms: number;
  readonly cpu: number;
}

async function resultOf(child: ChildProcess): Promise<Result> {
  const [result] = await once(child, 'message');
  return result as Result;
}

async function runSide(mode: string, side: Side): Promise<void> {
  const udx = new (require('udx-native'))() as Udx;
  const socket = udx.createSocket();
  socket.bind(0, '127.0.0.1');
  for (const setBytes of ['setRecvBufferSize', 'setSendBufferSize'] as const) socket[setBytes](4_000_000);
  const other = once(process, 'message');
  process.send?.(socket.address()?.port);
  const [port] = (await other) as [number];
  const stream = await connect(mode, side, { udx, socket, port });
  const startedAt = performance.now();
  if (side === 'sender') await sendAll(stream);
  else await receiveAll(stream);
  const { user, system } = process.cpuUsage();
  process.send?.({ ms: performance.now() - startedAt, cpu: (user + system) / 1e6 }, () => {
    // The receiver has counted everything; the sender may still wait for acknowledgements that nobody sends any more.
    process.exit();
  });
}

interface Ground {
  readonly udx: Udx;
  readonly socket: UdxSocket;
  readonly port: number;
}

async function connect(mode: string, side: Side, ground: Ground): Promise<Duplex> {
  const isSender = side === 'sender';
  if (mode === 'session') return connectSession(isSender, ground);
  const raw = ground.udx.createStream(isSender ? 1 : 2, { firewall: () => false });
  raw.connect(ground.socket, isSender ? 2 : 1, ground.port, '127.0.0.1');
  if (mode === 'udx') return raw;
  if (mode === 'secret-stream') return new (require('@hyperswarm/secret-stream'))(isSender, raw);
  return connectTls(isSender, raw, mode);
}

async function connectSession(isSender: boolean, { socket, port }: Ground): Promise<Duplex> {
  const carrier = createCarrier(socket, port, {
    role: isSender ? 'initiator' : 'responder',
    binding: Buffer.from('bench'),
  });
  const options = { identity: CODE, instance: Buffer.alloc(16, isSender ? 1 : 2), session: null };
  const entered = await enterSession(carrier, options);
  if (entered.kind === 'failed') throw new Error(entered.failure.detail);
  if (isSender) return entered.session.open('bench');
  return new Promise((resolve) => entered.session.onOffer((offer) => resolve(offer.accept())));
}

/** node:tls takes Node's own streams only. */
async function connectTls(isSender: boolean, raw: UdxStream, ciphers: string): Promise<Duplex> {
  const socket = wrap(raw);
  const common = { minVersion: 'TLSv1.3', ciphers } as const;
  if (isSender) {
    const client = tls.connect({
      ...common,
      socket,
      pskCallback: () => ({ psk: PSK, identity: 'bench' }),
      checkServerIdentity: () => undefined,
    });
    await once(client, 'secureConnect');
    return client;
  }
  const server = new tls.TLSSocket(
    socket as never,
    {
      ...{ isServer: true, pskCallback: () => PSK, secureContext: tls.createSecureContext(common) },
    } as tls.TLSSocketOptions,
  );
  await once(server, 'secure');
  return server;
}

function wrap(raw: UdxStream): Duplex {
  const duplex = new Duplex({
    read: () => raw.resume(),
    write: (chunk, _encoding, done) => {
      if (raw.write(chunk)) done();
      else raw.once('drain', done);
    },
    final: (done) => {
      raw.end();
      done();
    },
  });
  raw.on('data', (bytes: Uint8Array) => {
    if (!duplex.push(bytes)) raw.pause();
  });
  raw.once('end', () => duplex.push(null));
  return duplex;
}

async function sendAll(stream: Duplex): Promise<void> {
  const chunk = Buffer.alloc(CHUNK_BYTES, 1);
  const done = once(process, 'disconnect');
  for (let sent = 0; sent < total; sent += chunk.length) if (!stream.write(chunk)) await once(stream, 'drain');
  stream.end();
  await Promise.race([done, once(stream, 'close'), new Promise((resolve) => setTimeout(resolve, 1_000))]);
}

async function receiveAll(stream: Duplex): Promise<void> {
  let count = 0;
  await new Promise<void>((resolve) => {
    stream.on('data', (bytes: Uint8Array) => {
      count += bytes.length;
      if (count >= total) resolve();
    });
  });
}
