/** Paths whose answers come from another port than the one that is sent to: they live on, though no NAT is kept open by what comes in. */
import { describe, expect, it } from 'vitest';
import type { NatProfile } from '../../../../lab/profiles.ts';
import { SYMMETRIC } from '../../../../lab/profiles.ts';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { createWorld } from '../../../../lab/sim/network/world.ts';
import type { SimPath } from '../../../../lab/sim/punch/path.ts';
import { sideAt } from '../../../../lab/sim/punch/punch.ts';
import { addRendezvousServer } from '../../../../lab/sim/server/rendezvous-server.ts';

const LINK = symmetricLink({ latencyMs: 20, loss: 0.05 });
const OPEN: NatProfile = {
  ...SYMMETRIC,
  name: 'APD/EI',
  filtering: 'endpoint-independent',
  // The shortest that NATs have; only what goes out counts as use (RFC 4787 REQ-6).
  lifetimeMs: 30_000,
};
const HALF_OPEN: NatProfile = { ...OPEN, name: 'APD/AD', filtering: 'address-dependent' };

describe.each([
  ['APD/EI', OPEN],
  ['APD/AD', HALF_OPEN],
])('APD/EI × %s', (_name, other) => {
  it.each([1, 2, 3, 4])('carries data in both directions after five minutes, by seed %i', (seed) => {
    const world = createWorld({ seed });
    const rendezvous = addRendezvousServer(world);
    const paths: SimPath[] = [];
    const place = (id: string, number: number, nat: NatProfile) =>
      sideAt(world, {
        ...{ rendezvous, id, number, link: LINK, access: { kind: 'nat', layers: [nat] } },
        onConnected: (path) => void paths.push(path),
      });
    place('a', 1, OPEN).meet('b');
    place('b', 2, other).meet('a');
    world.clock.runUntil(300_000);
    const heard = paths.map(() => 0);
    for (const [index, path] of paths.entries())
      path.onData(() => {
        heard[index] = (heard[index] ?? 0) + 1;
      });
    for (let count = 0; count < 20; count++) for (const path of paths) path.send(Uint8Array.of(7));
    world.clock.runUntil(301_000);
    expect(paths.map((path) => path.state())).toEqual(['live', 'live']);
    expect(Math.min(...heard)).toBeGreaterThanOrEqual(10);
  });
});
