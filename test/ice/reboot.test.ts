/** A router of one of two connected agents restarts and gives another port; the other agent's NAT lets everybody in. */
import { describe, expect, it } from 'vitest';
import { FULL_CONE, type NatProfile, PORT_RESTRICTED } from '../../lab/profiles.ts';
import { symmetricLink } from '../../lab/sim/network/link.ts';
import { createSite } from '../../lab/sim/site/site.ts';
import type { Role } from '../../src/ice/role.ts';
import { createPeer, createPublicWorld, eventOf, introduce, type Peer } from './peers.ts';

/** The agent whose router restarts has this role; `seed` decides when its next check of consent goes out. */
function restart(role: Role, seed: number) {
  const world = createPublicWorld(seed);
  const join = (name: string, profile: NatProfile, options: { readonly role: Role; readonly number: number }) => {
    const access = { kind: 'nat', layers: [{ ...profile, ports: 'random' }] } as const;
    const link = symmetricLink({ latencyMs: 20 });
    const site = createSite(world, { name, access, prefix: `192.168.${options.number}`, link });
    const peer = createPeer(world, site.addHost(`peer ${name}`), options);
    peer.reflect();
    return { site, peer };
  };
  const moved = join('moved', PORT_RESTRICTED, { role, number: 1 });
  const other = join('other', FULL_CONE, { role: role === 'controlling' ? 'controlled' : 'controlling', number: 2 });
  introduce(world, { a: moved.peer, b: other.peer });
  const runFor = (ms: number): void => world.clock.runUntil(world.clock.now() + ms);
  runFor(3_000);
  moved.site.reboot();
  return { moved: moved.peer, other: other.peer, runFor };
}

const remoteOf = ({ agent }: Peer) => agent.selected()?.remote.endpoint;
const localOf = ({ agent }: Peer) => agent.selected()?.local.endpoint;

describe.each(['controlling', 'controlled'] as const)('the router of the %s agent restarts', (role) => {
  it.each([1, 2, 3, 4, 5])('and data flows again in both directions 7 s later, on one pair (seed %i)', (seed) => {
    const { moved, other, runFor } = restart(role, seed);
    const before = remoteOf(other);
    runFor(7_000);
    expect(eventOf(other, 'pair-switched')?.pair.remote).toMatchObject({ type: 'prflx' });
    expect(remoteOf(other)).not.toEqual(before);
    expect([localOf(moved), localOf(other)]).toEqual([remoteOf(other), remoteOf(moved)]);
    moved.send('here I am');
    other.send('there you are');
    runFor(100);
    expect(moved.data).toEqual([{ kind: 'peer', text: 'there you are' }]);
    expect(other.data).toEqual([{ kind: 'peer', text: 'here I am' }]);
    runFor(60_000);
    const kinds = [...moved.events, ...other.events].map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'consent-lost' || kind === 'pair-switched')).toEqual(['pair-switched']);
  });
});
