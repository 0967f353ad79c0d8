/** One punch in the simulated network: how both peers are reached, over which links, by which seed; what came of it. */
import type { Endpoint } from '../../src/endpoint.ts';
import { type RoleParty, roleOf } from '../../src/rendezvous/role.ts';
import { type AccessProfile, observedAccess } from '../profiles.ts';
import type { Link } from './link.ts';
import { createPunchPeer, type JoinedPeer, notBegun, type PunchPeer, type SimPunchSide } from './punch-peer.ts';
import { runUntilDone } from './run-session.ts';
import { createSite } from './site.ts';
import { addStunServer, LAB_LAYOUT } from './stun-server.ts';
import type { Trace } from './trace.ts';
import { createWorld, type World } from './world.ts';

/** How far apart two peers begin that were told of one instant: their clocks' and their links' doing. */
export const MAX_SKEW_MS = 10;
const KEY_BYTES = 16;

export interface SimPunchOptions {
  readonly a: AccessProfile;
  readonly b: AccessProfile;
  readonly seed: number;
  /** The peers' links to the public network; default: in no time and without loss. */
  readonly linkA?: Link;
  readonly linkB?: Link;
  readonly trace?: Trace;
}

export interface SimPunch {
  readonly a: SimPunchSide;
  readonly b: SimPunchSide;
  /** By how much the later of the two began after the common start. */
  readonly skewMs: number;
}

/**
 * Runs the seven steps on virtual time until each side is connected or has failed. Both learn their reflexive endpoint
 * by STUN through their own NAT; what the rendezvous carries between them takes no time. Roles are
 * the rendezvous' own.
 * @throws Error when an agent does not end.
 */
export function punchInSim(options: SimPunchOptions): SimPunch {
  const { seed, trace } = options;
  const world = createWorld({ seed, ...(trace && { trace }) });
  const { clock } = world;
  addStunServer(world);
  const [a, b] = joinSites(world, options);
  runUntilDone(world, [a.binding, b.binding]);
  const [seenA, seenB] = [seen(a), seen(b)];
  const random = world.random.fork('rendezvous');
  const skewMs = random.next() * MAX_SKEW_MS;
  if (!seenA || !seenB)
    return { a: notBegun(seenA ? 'no-peer' : 'udp-silent'), b: notBegun(seenB ? 'no-peer' : 'udp-silent'), skewMs };

  const key = Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
  const peers = [a.join({ key, reflexive: seenA }), b.join({ key, reflexive: seenB })] as const;
  introduce(...peers);
  const startedAt = clock.now();
  const late = random.integer(peers.length);
  for (const [index, peer] of peers.entries()) clock.schedule(startedAt + (index === late ? skewMs : 0), peer.begin);
  runUntilDone(
    world,
    peers.map(({ run }) => run),
  );
  return { a: peers[0].side(startedAt), b: peers[1].side(startedAt), skewMs };
}

function joinSites(world: World, { a, b, linkA, linkB }: SimPunchOptions): readonly [PunchPeer, PunchPeer] {
  const server: Endpoint = { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port };
  const [toldA, toldB] = [toldOf('a', a), toldOf('b', b)];
  const siteA = createSite(world, { name: 'router a', access: a, prefix: '192.168.1', ...(linkA && { link: linkA }) });
  const siteB = createSite(world, { name: 'router b', access: b, prefix: '192.168.2', ...(linkB && { link: linkB }) });
  return [
    createPunchPeer(world, { host: siteA.addHost('peer a'), role: roleOf(toldA, toldB), server }),
    createPunchPeer(world, { host: siteB.addHost('peer b'), role: roleOf(toldB, toldA), server }),
  ];
}

/** As a faultless detection would tell of it. */
function toldOf(id: string, access: AccessProfile): RoleParty {
  const observed = observedAccess(access);
  const unknown = { mapping: 'undetermined', filtering: 'undetermined' } as const;
  return { id, behavior: observed.kind === 'udp' ? observed : unknown };
}

function seen({ binding }: PunchPeer): Endpoint | null {
  const result = binding.outcome()?.result;
  return result && result !== 'silent' ? result : null;
}

function introduce(a: JoinedPeer, b: JoinedPeer): void {
  a.learn(b.candidates);
  b.learn(a.candidates);
}
