import { expect, it } from 'vitest';
import type { Carrier, Route } from '../../../src/tunnel/carrier.ts';
import { failedAfter, held } from '../../../src/tunnel/link/attempt.ts';

it('a path is told when it has become direct, or relayed, and not when it only leads to another endpoint', () => {
  let change: (route: Route) => void = () => {};
  const carrier = {
    route: () => ({ kind: 'relayed' }),
    onRoute: (receive: (route: Route) => void) => {
      change = receive;
    },
  } as unknown as Carrier;
  const [told, routes]: [string[], number[]] = [[], []];
  const owner = { [Symbol.asyncDispose]: async () => {} };
  held(carrier, owner, { onPath: (path) => told.push(path) }).onRoute(({ remote }) => routes.push(remote.port));
  for (const [kind, port] of [
    ['relayed', 1],
    ['direct', 2],
    ['direct', 3],
    ['relayed', 4],
  ] as const) {
    change({ kind, remote: { address: '192.0.2.1', port } } as Route);
  }
  expect(told).toEqual(['direct', 'relayed']);
  expect(routes).toEqual([1, 2, 3, 4]);
});

it.each([
  ['timeout', 'no-path', false],
  ['left', 'no-peer', false],
  ['unreadable', 'not-authenticated', false],
  ['other-command', 'not-authenticated', true],
  ['other-version', 'not-authenticated', true],
  ['not-the-peer', 'not-authenticated', true],
] as const)('an attempt whose handshake fails with %s fails with %s, and for good: %s', (reason, outcome, isFinal) => {
  expect(failedAfter({ reason, detail: 'a sentence' })).toEqual({
    ...{ kind: 'failed', reason: outcome, detail: 'a sentence', isFinal },
  });
});
