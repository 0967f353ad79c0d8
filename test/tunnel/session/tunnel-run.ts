/**
 * One run of two sessions over a bad wire: some streams, in pieces of any size, that end or are reset in any order, while the path
 * changes. Says what is wrong with what came out.
 */
import type { Duplex } from 'node:stream';
import { createRandom, type Random } from '../../../lab/sim/network/random.ts';
import type { TunnelStream } from '../../../src/tunnel/tunnel.ts';
import { createPair, moveBoth, type SessionPair } from './pair.ts';
import { closeOf } from './waits.ts';
import type { createTables, WireFaults } from './wire.ts';

type Side = 'initiator' | 'responder';

export interface StreamPlan {
  readonly opener: Side;
  /** The sizes of the writes of who has opened it, and of the other side. */
  readonly there: readonly number[];
  readonly back: readonly number[];
  /** Who resets it, and after how many bytes it has received; null lets it end. */
  readonly reset: { readonly by: 'opener' | 'acceptor'; readonly after: number } | null;
  /** Whether the acceptor ends only after the opener has. */
  readonly answers: boolean;
}

export interface RunPlan {
  readonly seed: number;
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  readonly streams: readonly StreamPlan[];
  /** After how many bytes in all the path changes, and whether the former one is dead by then. */
  readonly moves: readonly { readonly after: number; readonly isDead: boolean }[];
}

export interface RunCounts {
  readonly bytes: number;
  readonly resets: number;
  readonly moves: number;
}

/** How long a handshake may take where many runs share a processor. */
const PATIENCE_MS = 60_000;

/** @throws Error that says what was lost, repeated, or ended wrongly. */
export async function runTunnel(plan: RunPlan, tables?: ReturnType<typeof createTables>): Promise<RunCounts> {
  const { loss, duplication, reordering } = plan;
  const random = createRandom(plan.seed);
  const faults: WireFaults = { loss, duplication, reordering, random: random.fork('wire').next };
  const pair = await createPair({ faults, tables, sides: { timeoutMs: PATIENCE_MS } });
  const counts = { bytes: 0, resets: 0, moves: 0 };
  const moving = startMoves(pair, plan, { faults, counts });
  try {
    const ends = { initiator: acceptAll(pair, 'initiator'), responder: acceptAll(pair, 'responder') };
    await Promise.all(
      plan.streams.map(async (stream, index) => {
        const bytes = {
          there: contentOf(random, `there ${index}`, stream.there),
          back: contentOf(random, `back ${index}`, stream.back),
        };
        const opened = await pair[stream.opener].open(`${index}`);
        const accepted = await ends[stream.opener === 'initiator' ? 'responder' : 'initiator'](`${index}`);
        await runStream({ plan: stream, opened, accepted, bytes, counts, tick: moving.tick });
      }),
    );
    await moving.settled();
    return counts;
  } finally {
    await moving.settled().catch(() => {});
    await pair[Symbol.asyncDispose]();
  }
}

/** Accepts whatever is offered to this side; returns what waits for the stream of a request. */
function acceptAll(pair: SessionPair, side: Side): (request: string) => Promise<TunnelStream> {
  const streams = new Map<string, PromiseWithResolvers<TunnelStream>>();
  const of = (request: string): PromiseWithResolvers<TunnelStream> => {
    const waiting = streams.get(request) ?? Promise.withResolvers<TunnelStream>();
    streams.set(request, waiting);
    return waiting;
  };
  pair[side].onOffer((offer) => of(offer.request).resolve(offer.accept()));
  return (request) => of(request).promise;
}

interface Moves {
  /** Is told of bytes that have come. */
  readonly tick: (bytes: number) => void;
  readonly settled: () => Promise<void>;
}

function startMoves(
  pair: SessionPair,
  plan: RunPlan,
  { faults, counts }: { readonly faults: WireFaults; readonly counts: { bytes: number; moves: number } },
): Moves {
  const waiting = plan.moves.toSorted((a, b) => a.after - b.after);
  let current = pair.carriers;
  let work = Promise.resolve();
  let failure: Error | null = null;
  const move = async (isDead: boolean): Promise<void> => {
    current.cut(isDead);
    const { carriers, initiator, responder } = await moveBoth(pair, { faults, sides: { timeoutMs: PATIENCE_MS } });
    if (initiator.kind !== 'continued' || responder.kind !== 'continued') {
      failure = new Error(`the session did not go on: ${JSON.stringify([initiator, responder])}`);
      return;
    }
    current = carriers;
    counts.moves++;
  };
  return {
    tick: (bytes) => {
      counts.bytes += bytes;
      for (let next = waiting[0]; next && counts.bytes >= next.after; next = waiting[0]) {
        const { isDead } = next;
        waiting.shift();
        work = work.then(() => move(isDead));
      }
    },
    settled: async () => {
      await work;
      if (failure) throw failure;
    },
  };
}

interface Contents {
  readonly chunks: readonly Uint8Array[];
  readonly all: Buffer;
}

function contentOf(random: Random, label: string, sizes: readonly number[]): Contents {
  const source = random.fork(label);
  const chunks = sizes.map((size) => source.bytes(size));
  return { chunks, all: Buffer.concat(chunks) };
}

interface StreamRun {
  readonly plan: StreamPlan;
  readonly opened: TunnelStream;
  readonly accepted: TunnelStream;
  readonly bytes: { readonly there: Contents; readonly back: Contents };
  readonly counts: { resets: number };
  readonly tick: (bytes: number) => void;
}

async function runStream({ plan, opened, accepted, bytes, counts, tick }: StreamRun): Promise<void> {
  const resetBy = plan.reset?.by;
  const atOpener = collect(opened, { tick, resetAfter: resetBy === 'opener' ? plan.reset?.after : undefined });
  const atAcceptor = collect(accepted, { tick, resetAfter: resetBy === 'acceptor' ? plan.reset?.after : undefined });
  for (const chunk of bytes.there.chunks) opened.write(chunk);
  opened.end();
  for (const chunk of bytes.back.chunks) accepted.write(chunk);
  if (plan.answers) accepted.once('end', () => accepted.end());
  else accepted.end();
  await Promise.all([closeOf(opened), closeOf(accepted)]);
  check('the opener', { stream: opened, received: atOpener(), sent: bytes.back.all });
  check('the acceptor', { stream: accepted, received: atAcceptor(), sent: bytes.there.all });
  const isReset = opened.errored !== null || accepted.errored !== null;
  if (isReset && !plan.reset) throw opened.errored ?? accepted.errored;
  if (isReset) counts.resets++;
}

function collect(
  stream: Duplex,
  { tick, resetAfter }: { readonly tick: (bytes: number) => void; readonly resetAfter: number | undefined },
): () => Buffer {
  const chunks: Buffer[] = [];
  let count = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(Buffer.from(chunk));
    count += chunk.length;
    tick(chunk.length);
    if (resetAfter !== undefined && count >= resetAfter) stream.destroy(new Error('reset here'));
  });
  return () => Buffer.concat(chunks);
}

/** What has come is the beginning of what was sent; and all of it where the stream says that it has ended. */
function check(
  who: string,
  { stream, received, sent }: { readonly stream: Duplex; readonly received: Buffer; readonly sent: Buffer },
): void {
  const isBeginning = received.equals(sent.subarray(0, received.length));
  const counts = `${received.length} of ${sent.length} bytes`;
  if (!isBeginning) throw new Error(`${who} has received other bytes than were sent: ${counts}`);
  if (stream.readableEnded && received.length !== sent.length) throw new Error(`${who} saw an end after ${counts}`);
  if (!stream.errored && !stream.readableEnded) throw new Error(`${who} saw no end and no error after ${counts}`);
}
