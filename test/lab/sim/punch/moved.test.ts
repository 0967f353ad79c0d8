/** A router that restarts right before the punch: the peer is told the new port, whatever the technique. */
import { describe, expect, it } from 'vitest';
import { type NatProfile, PORT_RESTRICTED, SYMMETRIC, SYMMETRIC_SEQUENTIAL } from '../../../../lab/profiles.ts';
import { setStage } from './meeting.ts';

const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;
/** Otherwise a router gives the same port again after a restart. */
const MOVING_HOME: NatProfile = { ...PORT_RESTRICTED, name: 'home', ports: 'random' };

it('a plain punch finds a port-restricted side whose router restarts right before it', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const stage = setStage({ seed });
    const home = stage.place('home', behind(MOVING_HOME));
    const alice = home.start('alice').meet('bob');
    const bob = stage.place('away', behind(MOVING_HOME)).start('bob').meet('alice');
    stage.at(200, home.site.reboot);
    stage.end(alice, bob);
    expect([alice.outcome()?.kind, bob.outcome()?.kind]).toEqual(['connected', 'connected']);
  }
});

describe('a router of a port-restricted side that restarts after its socket was shown is no obstacle', () => {
  it.each([
    ['for port prediction', SYMMETRIC_SEQUENTIAL, 'port-prediction'],
    ['for a birthday', SYMMETRIC, 'birthday'],
  ] as const)('%s', (_what, profile, technique) => {
    for (let seed = 1; seed <= 4; seed++) {
      const stage = setStage({ seed });
      const home = stage.place('home', behind(MOVING_HOME));
      const alice = home.start('alice').meet('bob');
      const bob = stage
        .place('away', behind({ ...profile, name: 'away' }))
        .start('bob')
        .meet('alice');
      // The server has seen both by then, and introduces them a little later.
      stage.at(170, home.site.reboot);
      stage.end(alice, bob);
      expect(alice.plan()?.technique).toBe(technique);
      expect([alice.outcome()?.kind, bob.outcome()?.kind]).toEqual(['connected', 'connected']);
    }
  });
});
