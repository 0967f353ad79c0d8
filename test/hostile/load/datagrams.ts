/**
 * Datagrams of every kind that a server tells apart, good in nothing, against all its UDP ports, while a client in another
 * network asks one thing after the other.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, type Random } from '../../../lab/sim/network/random.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { request } from '../../server/stun/requests.ts';
import { mutate } from '../../stun/corpus.ts';
import { type MeasuredServer, type Memory, startMeasuredServer } from './measured-server.ts';
import { openStrangers, sendPaced } from './paced.ts';

const SEALED_BYTES = 128;
const LENGTH_MAX = 200;
const RELAY_METHODS: readonly [number, ...number[]] = [
  METHOD.allocate,
  ...[METHOD.refresh, METHOD.send, METHOD.createPermission, METHOD.channelBind],
];

const KINDS: readonly ((random: Random) => Uint8Array)[] = [
  (random) => random.bytes(random.integer(LENGTH_MAX)),
  (random) => stunShaped(random),
  (random) => mutate(request([], { id: random.bytes(12), fingerprint: true }), random.integer),
  (random) => mutate(request([], { id: random.bytes(12), method: random.pick(RELAY_METHODS) }), random.integer),
  (random) => channelData(random),
  (random) => sealed(random),
];

/** The header of a message, its cookie and a length that fits, and anything after that. */
function stunShaped(random: Random): Uint8Array {
  const body = 4 * random.integer(20);
  const bytes = Buffer.from(random.bytes(20 + body));
  bytes[0] = (bytes[0] ?? 0) & 0x3f;
  bytes.writeUInt16BE(body, 2);
  bytes.writeUInt32BE(0x2112a442, 4);
  return bytes;
}

function channelData(random: Random): Uint8Array {
  const length = random.integer(LENGTH_MAX);
  const bytes = Buffer.from(random.bytes(4 + length));
  bytes.writeUInt16BE(0x4000 + random.integer(0x1000), 0);
  bytes.writeUInt16BE(length, 2);
  return bytes;
}

/** A mark, a version, and what may be sealed. */
function sealed(random: Random): Uint8Array {
  const bytes = random.bytes(SEALED_BYTES);
  bytes.set([0xf5, 2]);
  return bytes;
}

export interface Flooded {
  /** How many were sent, those of the client among them. */
  readonly sent: number;
  /** What the server's counters say of them, by who has counted. */
  readonly counted: { readonly stun: number; readonly relay: number; readonly partner: number };
  /** What the kernel says that it has thrown away before the server could read it, some of the partner's among it. */
  readonly kernelDrops: number;
  readonly before: Memory;
  readonly after: Memory;
  /** The client's Bindings, those that were answered, and the most datagrams that one of them took. */
  readonly asked: number;
  readonly answered: number;
  readonly triesMax: number;
  readonly perSecond: number;
}

export interface FloodOptions {
  readonly count: number;
  readonly perSecond: number;
  /** Whether no more is sent than the server reads, so that nothing is lost on its way. */
  readonly isHeard?: boolean;
  readonly redis?: string | undefined;
}

/** Floods a server that has a relay and a partner, and with a Redis is one of a cluster. */
export async function floodWithDatagrams({ count, perSecond, isHeard = false, redis }: FloodOptions): Promise<Flooded> {
  const relay = { users: [{ name: 'user', password: 'password' }] };
  await using server = await startMeasuredServer({ relay, partner: true, ...(redis !== undefined && { redis }) });
  await using strangers = await openStrangers(64);
  const random = createRandom(1);
  const { drops } = server.kernel();
  const [before, countsBefore] = [await server.memory(), await countsOf(server)];
  const client = askThroughout(server.port);
  const startedAt = performance.now();
  await sendPaced(strangers.sockets, {
    ...{ count, perSecond, ...(isHeard && { isRead: () => server.kernel().isEmpty }) },
    datagram: (index) => ({
      bytes: (KINDS[index % KINDS.length] as (typeof KINDS)[number])(random),
      port: random.integer(2) === 0 ? server.port : server.altPort,
    }),
  });
  const tookS = (performance.now() - startedAt) / 1_000;
  const asking = await client.end();
  while (!server.kernel().isEmpty) await wait(ASK_EVERY_MS);
  const [after, countsAfter] = [await server.memory(), await countsOf(server)];
  const counted = {
    stun: countsAfter.stun - countsBefore.stun,
    relay: countsAfter.relay - countsBefore.relay,
    partner: countsAfter.partner - countsBefore.partner,
  };
  const { asked, answered, triesMax } = asking;
  const kernelDrops = server.kernel().drops - drops;
  return {
    sent: count + asking.sent,
    counted,
    kernelDrops,
    before,
    after,
    asked,
    answered,
    triesMax,
    perSecond: count / tookS,
  };
}

async function countsOf(server: MeasuredServer): Promise<Flooded['counted']> {
  const count = await server.count();
  return {
    stun: count('natcheck_stun_received_total'),
    relay: count('natcheck_relay_refused_total') + count('natcheck_relay_dropped_total'),
    partner: count('natcheck_partner_refused_total', 'reason="stranger"'),
  };
}

const ASK_EVERY_MS = 20;
const RESEND_MS = 250;

/** Asks for a Binding again and again, each until it is answered. */
function askThroughout(port: number) {
  const ending = new AbortController();
  const run = async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let [asked, answered, sent, triesMax] = [0, 0, 0, 0];
    for (; !ending.signal.aborted || asked === 0; asked++) {
      const id = Buffer.alloc(12);
      id.writeUInt32BE(asked + 1);
      let isAnswered = false;
      for (let tries = 1; !isAnswered; tries++) {
        const answer = answerTo(socket, id);
        socket.send(request([], { id }), port, '127.0.0.1');
        sent++;
        triesMax = Math.max(triesMax, tries);
        isAnswered = await answer;
      }
      answered++;
      await wait(ASK_EVERY_MS);
    }
    socket.close();
    return { asked, answered, sent, triesMax };
  };
  const running = run();
  return {
    end: () => {
      ending.abort();
      return running;
    },
  };
}

function answerTo(socket: ReturnType<typeof createSocket>, id: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isAnswered: boolean): void => {
      clearTimeout(timer);
      socket.off('message', hear);
      resolve(isAnswered);
    };
    const hear = (bytes: Buffer): void => {
      if (bytes.subarray(8, 20).equals(id)) end(true);
    };
    const timer = setTimeout(() => end(false), RESEND_MS);
    socket.on('message', hear);
  });
}
