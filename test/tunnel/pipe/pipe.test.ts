/** A pipe between two sessions: what arrives, in which order the two directions may end, and what is said to be lost. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Pipe, startPipe } from '../../../src/tunnel/pipe/pipe.ts';
import { createPair, type SessionPair } from '../session/pair.ts';
import { until } from '../session/waits.ts';
import type { WireFaults } from '../session/wire.ts';

interface Side {
  readonly pipe: Pipe;
  readonly input: PassThrough;
  readonly output: PassThrough;
  /** All that has come out by the end. */
  readonly all: Promise<Buffer>;
}

function sideOf(pair: SessionPair, role: 'initiator' | 'responder'): Side {
  const [input, output] = [new PassThrough(), new PassThrough()];
  return { pipe: startPipe({ tunnel: pair[role], role, input, output }), input, output, all: collect(output) };
}

async function collect(output: PassThrough): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function startBoth(faults: WireFaults = {}) {
  const pair = await createPair({ faults });
  return { pair, alice: sideOf(pair, 'initiator'), bob: sideOf(pair, 'responder') };
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a pipe', () => {
  it('is one stream: another one is refused', async () => {
    const { pair, alice, bob } = await startBoth();
    await using _ = pair;
    alice.input.write('x');
    await once(bob.output, 'data');
    await expect(pair.initiator.open('pipe')).rejects.toThrow('there is a pipe already');
    for (const { input, output } of [alice, bob]) output.resume() && input.end();
    await Promise.all([alice.pipe.outcome, bob.pipe.outcome]);
  });

  it('that was aborted writes nothing more of what comes', async () => {
    await using pair = await createPair();
    const stopped = new AbortController();
    const [input, output] = [new PassThrough(), new PassThrough()];
    const pipe = startPipe({ tunnel: pair.responder, role: 'responder', input, output, signal: stopped.signal });
    const alice = sideOf(pair, 'initiator');
    const written: string[] = [];
    output.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    alice.input.write('before');
    await until(() => written.length === 1);
    stopped.abort(new Error('enough'));
    await expect(pipe.outcome).rejects.toThrow('enough');
    const before = pair.responder.stats().bytesReceived;
    alice.input.write('after');
    alice.pipe.outcome.catch(() => {});
    await until(() => pair.responder.stats().bytesReceived > before);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(['before']);
  });

  it('carries bytes both ways at once, each direction to its own end', async () => {
    const { pair, alice, bob } = await startBoth();
    await using _ = pair;
    const [fromAlice, fromBob] = [randomBytes(3_000_000), randomBytes(1_234_567)];
    alice.input.end(fromAlice);
    bob.input.end(fromBob);
    expect([hashOf(await bob.all), hashOf(await alice.all)]).toEqual([hashOf(fromAlice), hashOf(fromBob)]);
    expect(await alice.pipe.outcome).toEqual({
      ...{ outcome: 'complete', sent: 3_000_000, confirmed: 3_000_000, received: 1_234_567 },
    });
    expect(await bob.pipe.outcome).toEqual({
      ...{ outcome: 'complete', sent: 1_234_567, confirmed: 1_234_567, received: 3_000_000 },
    });
  });

  it('of nothing is complete', async () => {
    const { pair, alice, bob } = await startBoth();
    await using _ = pair;
    alice.input.end();
    bob.input.end();
    const empty = { outcome: 'complete', sent: 0, confirmed: 0, received: 0 };
    expect(await Promise.all([alice.pipe.outcome, bob.pipe.outcome])).toEqual([empty, empty]);
  });

  it('whose one side has ended still carries what the other one answers to that', async () => {
    const { pair, alice, bob } = await startBoth();
    await using _ = pair;
    bob.input.end('question');
    const question = await alice.all;
    alice.input.end(`answer to ${question}`);
    expect(`${await bob.all}`).toBe('answer to question');
    expect((await bob.pipe.outcome).outcome).toBe('complete');
  });

  it('reads no more than the other side takes', async () => {
    const pair = await createPair();
    await using _ = pair;
    const output = new PassThrough({ highWaterMark: 1_000 });
    const alice = sideOf(pair, 'initiator');
    const bob = startPipe({ tunnel: pair.responder, role: 'responder', input: Readable.from([]), output });
    let taken = 0;
    const endless = new Readable({
      read() {
        taken += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    alice.input.setMaxListeners(0);
    endless.pipe(alice.input);
    await expect.poll(() => bob.counts().received).toBeGreaterThan(0);
    const before = await stable(() => taken);
    expect(before).toBeLessThan(8_000_000);
    endless.destroy();
  });
});

/** The value once it is the same in ten turns of the event loop after some network has gone by. */
async function stable(value: () => number): Promise<number> {
  for (let same = 0, last = value(); ; ) {
    // Nothing tells that nothing more happens.
    await new Promise((resolve) => setTimeout(resolve, 20));
    same = value() === last ? same + 1 : 0;
    last = value();
    if (same === 10) return last;
  }
}

describe('what was lost is said', () => {
  it('when the peer leaves before it has everything', async () => {
    const { pair, alice, bob } = await startBoth();
    await using _ = pair;
    alice.input.write('hello');
    bob.input.write('hi');
    await expect.poll(() => [alice.pipe.counts().received, bob.pipe.counts().received]).toEqual([2, 5]);
    await expect.poll(() => alice.pipe.counts().confirmed).toBe(5);
    alice.input.write('more');
    await expect.poll(() => alice.pipe.counts().sent).toBe(9);
    await pair.responder.end({ reason: 'own-end' });
    expect(await alice.pipe.outcome).toMatchObject({ outcome: 'failed', sent: 9, received: 2 });
  });

  it('when nobody reads at the other end any more, which is no fault there', async () => {
    const pair = await createPair();
    await using _ = pair;
    const gone = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const alice = sideOf(pair, 'initiator');
    const bob = startPipe({ tunnel: pair.responder, role: 'responder', input: new PassThrough(), output: gone });
    alice.input.write('to nobody');
    expect(await bob.outcome).toEqual({ outcome: 'stopped', sent: 0, confirmed: 0, received: 9 });
    expect(await alice.pipe.outcome).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/^the other side has stopped reading: 9 bytes of yours were not confirmed, and /),
    });
  });

  it('when what comes cannot be written, which is a fault on both sides', async () => {
    const pair = await createPair();
    await using _ = pair;
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), { code: 'ENOSPC' })),
    });
    const alice = sideOf(pair, 'initiator');
    const bob = startPipe({ tunnel: pair.responder, role: 'responder', input: new PassThrough(), output: full });
    alice.input.end('1');
    expect(await bob.outcome).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        /^what comes cannot be written here \(there is no room left on its file system \[ENOSPC\]\)/,
      ),
    });
    expect(await alice.pipe.outcome).toMatchObject({
      outcome: 'failed',
      detail:
        "the other side has stopped reading: 1 byte of yours was not confirmed, and the peer's stream broke off after 0 bytes",
    });
  });

  it('when the peer runs something else', async () => {
    const pair = await createPair();
    await using _ = pair;
    pair.responder.onOffer((offer) => offer.refuse('only port 22 is exposed'));
    const alice = sideOf(pair, 'initiator');
    expect(await alice.pipe.outcome).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/^the peer does not want a pipe: only port 22 is exposed/),
    });
  });
});

it('any split of the bytes, in any order of the ends, over a wire that loses, repeats and reorders, arrives once', {
  timeout: 60_000,
}, async () => {
  const bytes = fc.array(fc.uint8Array({ maxLength: 5_000 }), { maxLength: 20 });
  const faults = { loss: 0.05, duplication: 0.05, reordering: 0.05 };
  await fc.assert(
    fc.asyncProperty(bytes, bytes, fc.boolean(), async (fromAlice, fromBob, endsFirst) => {
      const { pair, alice, bob } = await startBoth(faults);
      await using _ = pair;
      const feed = async (side: Side, chunks: readonly Uint8Array[], after?: Promise<unknown>): Promise<void> => {
        for (const chunk of chunks) side.input.write(chunk);
        await after;
        side.input.end();
      };
      // One side ends only when it has had everything of the other.
      void feed(alice, fromAlice, endsFirst ? undefined : alice.all);
      void feed(bob, fromBob, endsFirst ? bob.all : undefined);
      const outcomes = await Promise.all([alice.pipe.outcome, bob.pipe.outcome]);
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['complete', 'complete']);
      expect([hashOf(await bob.all), hashOf(await alice.all)]).toEqual([
        hashOf(Buffer.concat(fromAlice)),
        hashOf(Buffer.concat(fromBob)),
      ]);
    }),
    { numRuns: 15, endOnFailure: true },
  );
});
