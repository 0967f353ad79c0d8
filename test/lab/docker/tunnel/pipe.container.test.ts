/** `natcheck pipe` behind real NATs: all 16 ordered pairs of the classic four, a relay, and loss. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateCases } from '../../../runs.ts';
import { describeLab } from '../provided.ts';
import { MANY_BYTES, type PipeBed, resultsOf, startPipeBed } from './pipe-bed.ts';
import { expectComplete } from './pipe-run.ts';

/** For pairs that differ in how a path is opened, but not in what it is then. */
const FEWER_BYTES = 2_000_000;
const NATS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'] as const;
/** In an order in which neighbours share no router. */
const ALL_PAIRS = NATS.flatMap((_, shift) => NATS.map((a, at) => [a, NATS[(at + shift) % NATS.length] ?? a] as const));
/** Opened by simultaneous opening and by a birthday, and through a relay. */
const WITH_MANY_BYTES = ['full-cone × port-restricted', 'port-restricted × symmetric', 'symmetric × symmetric'];
const PAIRS = gateCases(ALL_PAIRS, (pair) => WITH_MANY_BYTES.includes(pair.join(' × ')));
const TEST_TIMEOUT_MS = 180_000;

describeLab('natcheck pipe', () => {
  let bed: PipeBed;
  beforeAll(async () => {
    bed = await startPipeBed();
  });
  afterAll(() => bed?.[Symbol.asyncDispose]());

  describe.concurrent('moves all bytes each way at once', { timeout: TEST_TIMEOUT_MS }, () => {
    it.for(PAIRS)('%s × %s', (pair) =>
      bed.between(pair, async () => {
        const bytes = WITH_MANY_BYTES.includes(pair.join(' × ')) ? MANY_BYTES : FEWER_BYTES;
        const results = await resultsOf(await bed.start(pair, { bytes }));
        expectComplete(results);
        const isSymmetric = pair.every((nat) => nat === 'symmetric');
        const paths = results.map(
          ({ events }) => events.findLast(({ event }) => event === 'connected' || event === 'path')?.path,
        );
        expect(paths).toEqual(Array(2).fill(isSymmetric ? 'relayed' : 'direct'));
      }),
    );

    it('through a relay alone', () =>
      bed.between(['full-cone', 'restricted'], async () => {
        const results = await resultsOf(await bed.start(['full-cone', 'restricted'], { words: ['--relay-only'] }));
        expectComplete(results);
        expect(results.map(({ events }) => events.find(({ event }) => event === 'connected')?.path)).toEqual([
          'relayed',
          'relayed',
        ]);
      }));

    it.for([
      ['port-restricted', 'port-restricted'],
      ['symmetric', 'symmetric'],
    ] as const)('%s × %s, though each router loses every 20th datagram', ([a, b]) =>
      bed.between([a, b], async () => {
        const routers = [bed.lab.nat(a).router, bed.lab.nat(`${b}-2`).router];
        for (const router of routers) await router.loseEveryNth(20);
        try {
          expectComplete(await resultsOf(await bed.start([a, b])));
        } finally {
          for (const router of routers) await router.loseEveryNth(0);
        }
      }),
    );
  });
});
