import { expect, it } from 'vitest';
import { pathOfCounts, type SideCounts } from '../../../../lab/witness/path/path-of-counts.ts';

const [A, B, SERVER, RELAY] = ['203.0.113.101', '203.0.113.102', '203.0.113.10', '203.0.113.2'];

const counts = (
  seenAs: string,
  sent: Readonly<Record<string, number>>,
  received: Readonly<Record<string, number>>,
): SideCounts => ({
  seenAs: [seenAs],
  sent: new Map(Object.entries(sent)),
  received: new Map(Object.entries(received)),
});

it('bytes that crossed both ways are a direct path, whatever the meeting took', () => {
  const a = counts(A, { [SERVER]: 9000, [B]: 900 }, { [SERVER]: 12_000, [B]: 800 });
  const b = counts(B, { [SERVER]: 8000, [A]: 800 }, { [SERVER]: 11_000, [A]: 700 });
  expect(pathOfCounts(a, b)).toMatchObject({
    kind: 'direct',
    via: [],
    carriedPayload: false,
    bytes: { direct: { fromA: 700, fromB: 800 }, relayed: { fromA: 9000, fromB: 8000 } },
  });
});

it('bytes that were sent and did not get through are no path', () => {
  expect(pathOfCounts(counts(A, { [B]: 5000 }, {}), counts(B, { [A]: 5000 }, {})).kind).toBe('none');
});

it('one way alone is no direct path', () => {
  expect(pathOfCounts(counts(A, { [B]: 5000 }, {}), counts(B, { [A]: 5000 }, { [B]: 0, [A]: 5000 })).kind).toBe('none');
});

it('a program that keeps a direct path alive and sends its payload by a relay is relayed, and by whom is told', () => {
  const a = counts(A, { [RELAY]: 900_000, [B]: 4000, [SERVER]: 2000 }, { [RELAY]: 20_000, [B]: 4000, [SERVER]: 3000 });
  const b = counts(B, { [RELAY]: 20_000, [A]: 4000 }, { [RELAY]: 900_000, [A]: 4000 });
  expect(pathOfCounts(a, b, { [RELAY]: 'lighthouse' })).toMatchObject({
    kind: 'relayed',
    via: ['lighthouse', SERVER],
    carriedPayload: true,
  });
});

it('a relay with two addresses is named once', () => {
  const a = counts(A, { [RELAY]: 90_000, [SERVER]: 8000 }, { [RELAY]: 90_000, [SERVER]: 8000 });
  const b = counts(B, { [RELAY]: 90_000, [SERVER]: 8000 }, { [RELAY]: 90_000, [SERVER]: 8000 });
  expect(pathOfCounts(a, b, { [RELAY]: 'server', [SERVER]: 'server' }).via).toEqual(['server']);
});

it('what a meeting may take by way of a server is no path', () => {
  const a = counts(A, { [SERVER]: 20_000 }, { [SERVER]: 30_000 });
  const b = counts(B, { [SERVER]: 20_000 }, { [SERVER]: 30_000 });
  expect(pathOfCounts(a, b).kind).toBe('none');
});
