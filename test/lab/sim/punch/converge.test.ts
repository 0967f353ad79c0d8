/** Pairs whose checks come from a new port each, without end, while nobody knows that: the relay gets its turn all the same. */
import { describe, expect, it } from 'vitest';
import { symmetricLink } from '../../../../lab/sim/network/link.ts';
import { BEHAVIOR_PEERS } from '../../../../lab/sim/punch/behaviors.ts';
import { isRelayed } from '../../../../src/ice/checklist/pair.ts';
import { endOf, setStage } from './meeting.ts';

const UNKNOWN = { mapping: 'undetermined', filtering: 'undetermined' } as const;

describe.each([
  ['APD/EI', 'APD/EI'],
  ['APD/EI', 'APD/AD'],
])('%s × %s, with a relay and nothing known', (nameA, nameB) => {
  it.each([0.5, 1, 2, 10, 60])('is relayed on both sides at %s ms to the public network', (latencyMs) => {
    const link = symmetricLink({ latencyMs, jitterMs: latencyMs / 10 });
    const accessOf = (name: string) => {
      const found = BEHAVIOR_PEERS.find((peer) => peer.name === name);
      if (!found) throw new Error(`no peer ${name}`);
      return found.access;
    };
    for (let seed = 1; seed <= 3; seed++) {
      const stage = setStage({ seed, relay: true });
      const alice = stage.place('home', accessOf(nameA), link).start('alice', UNKNOWN).meet('bob');
      const bob = stage.place('away', accessOf(nameB), link).start('bob', UNKNOWN).meet('alice');
      stage.end(alice, bob);
      expect([endOf(alice).kind, endOf(bob).kind]).toEqual(['connected', 'connected']);
      for (const { selected } of [alice, bob]) {
        const pair = selected();
        expect(pair && isRelayed(pair)).toBe(true);
      }
    }
  });
});
