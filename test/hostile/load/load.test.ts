/** A server under load of strangers: it keeps little, counts right, and serves others; `npm run bench:strangers` is the whole load. */
import { it } from 'vitest';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { runs } from '../../runs.ts';
import { findRedis, startRedis } from '../../server/cluster/redis-server.ts';
import { floodWithDatagrams } from './datagrams.ts';
import { openHalf } from './half-open.ts';
import type { Memory } from './measured-server.ts';
import { neverRead } from './slow-readers.ts';
import { floodWithTickets } from './tickets.ts';

/** What the garbage collector may leave of a process of 120 MB; what is kept for each of thousands is more. */
const SLACK_MB = 4;
/** A server keeps 128 KiB for a slow reader, and what it has just written. */
const SLOW_READER_MB = 1;
const PER_SECOND = 10_000;

function grown(before: Memory, after: Memory): number {
  return after.heap + after.external - before.heap - before.external;
}

it.concurrent('tickets that are forged, expired or replayed bind nothing and are all counted, and good ones among them bind', async ({
  expect,
}) => {
  const result = await floodWithTickets({ count: runs(8_000), perSecond: PER_SECOND, isHeard: true });
  const { sent, good, received, refused, rateLimited, accepted, bindings, kernelDrops } = result;
  expect(new Set(good)).toEqual(new Set(['bound']));
  expect(bindings).toBe(good.length);
  expect(refused + rateLimited + accepted).toBe(received);
  expect(received + kernelDrops).toBeGreaterThanOrEqual(sent + 2 * good.length);
  expect(grown(result.before, result.after)).toBeLessThan(SLACK_MB);
});

it.concurrent('WebSockets that are never finished take no more than their source may have, are closed, and keep no other source out', async ({
  expect,
}) => {
  const result = await openHalf({ perSource: [runs(200), runs(80)], peersPerSource: 16, joinTimeoutMs: 1_000 });
  expect(new Set(result.joins)).toEqual(new Set(['joined']));
  expect(result.left).toBe(0);
  // Of the one that asks for more than it may have, 2 × 16 at a time.
  expect(result.sourceFull + result.sourceBusy).toBeGreaterThan(0);
  expect(grown(result.before, result.after)).toBeLessThan(SLACK_MB);
});

it.concurrent('peers that never read are cut off and counted, with little kept for each, and the others of the room go on', async ({
  expect,
}) => {
  const readers = 2;
  const result = await neverRead({ readers });
  expect([result.cutOff, result.left, result.heard]).toEqual([readers, 3, result.sent]);
  expect(grown(result.before, result.most)).toBeLessThan(SLACK_MB + readers * SLOW_READER_MB);
});

it.concurrent('datagrams of every kind are all counted, by the server or by the kernel that has thrown them away, and Bindings are answered', async ({
  expect,
}) => {
  const found = findRedis();
  const redis = typeof found === 'string' ? undefined : ownedByTest(await startRedis(found)).url;
  const result = await floodWithDatagrams({ count: runs(20_000), perSecond: PER_SECOND, isHeard: true, redis });
  const { sent, counted, kernelDrops, asked, answered } = result;
  expect(counted.stun + counted.relay + counted.partner + kernelDrops).toBe(sent);
  expect(answered).toBe(asked);
  expect(grown(result.before, result.after)).toBeLessThan(SLACK_MB);
});
