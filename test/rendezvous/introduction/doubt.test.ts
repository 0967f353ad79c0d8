/** A doubt: where this side is, and so what a peer is told, is seen anew before anybody is asked for. */
import { expect, it } from 'vitest';
import type { BindResult } from '../../../src/rendezvous/introduction/output.ts';
import { BOUND, createSide, OWN, type SideOptions } from './side.ts';

const MOVED = { ...OWN, port: 40_777 };

/** In the room for 5 s, where the socket was shown at 0 s. */
function entered(options: SideOptions = {}) {
  const side = createSide(options);
  side.tell({ kind: 'timeout' });
  side.runUntil(5_000);
  return side;
}

it('asks for a peer with the endpoint that is seen after it', () => {
  const side = entered({ bind: (count) => (count === 1 ? BOUND : { ...BOUND, public: MOVED }) });
  side.tell({ kind: 'doubt' });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 10_000 });
  side.runUntil(5_000);
  expect(side.noted.bindings).toEqual([0, 5]);
  expect(side.of('gather')).toEqual([{ kind: 'gather', gathering: 1, own: MOVED, own6: null }]);
});

it('holds an ask back for a second where the server does not answer over UDP', () => {
  const side = entered({ bind: (count): BindResult | null => (count === 1 ? BOUND : null) });
  side.tell({ kind: 'doubt' });
  side.tell({ kind: 'want', peer: 'bob', waitMs: 10_000 });
  side.runUntil(5_999);
  expect(side.of('gather')).toEqual([]);
  side.runUntil(6_000);
  expect(side.of('gather')).toEqual([{ kind: 'gather', gathering: 1, own: OWN, own6: null }]);
});

it('shows the socket once a second at most, however often there is doubt', () => {
  const side = entered();
  for (let ms = 5_000; ms < 8_000; ms += 10) {
    side.runUntil(ms);
    side.tell({ kind: 'doubt' });
  }
  side.runUntil(8_000);
  expect(side.noted.bindings).toEqual([0, 5, 6, 7, 8]);
});

it('before the first join changes nothing', () => {
  const side = createSide({ join: () => ({ afterMs: 3_000 }) });
  side.tell({ kind: 'doubt' });
  side.runUntil(4_000);
  expect(side.noted.bindings).toEqual([3]);
});
