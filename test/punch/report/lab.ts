/** Punches in the simulated lab that come to nothing: the facts of both sides, as a report is made from them. */
import type { AccessProfile, NatProfile } from '../../../lab/profiles.ts';
import { createNat } from '../../../lab/sim/nat/nat.ts';
import { symmetricLink } from '../../../lab/sim/network/link.ts';
import { drop, type Middlebox } from '../../../lab/sim/network/middlebox.ts';
import type { UdpPacket } from '../../../lab/sim/network/packet.ts';
import type { Realm } from '../../../lab/sim/network/realm.ts';
import { runUntilDone } from '../../../lab/sim/network/run-session.ts';
import { createWorld } from '../../../lab/sim/network/world.ts';
import { behaviorBehind, runOf } from '../../../lab/sim/punch/punch.ts';
import type { SimMeeting } from '../../../lab/sim/punch/room/meeting.ts';
import { createSimRoom } from '../../../lab/sim/punch/room/room.ts';
import { addRendezvousServer } from '../../../lab/sim/server/rendezvous-server.ts';
import { LAB_LAYOUT } from '../../../lab/sim/server/stun-server.ts';
import { type BoxAccess, createSite } from '../../../lab/sim/site/site.ts';
import type { NoPathFacts } from '../../../src/punch/report/facts.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';

/** Whether a packet that goes out of a site, or comes into it, is dropped. */
export type Drops = (packet: UdpPacket, direction: 'out' | 'in') => boolean;

export interface LabSide {
  readonly nat: NatProfile;
  readonly drops?: Drops;
  /** When its router restarts, in ms from the start. */
  readonly restartAtMs?: number;
  /** What it tells of its NAT; default: what a faultless detection finds. */
  readonly told?: ToldBehavior;
}

export const behind = (nat: NatProfile): AccessProfile => ({ kind: 'nat', layers: [nat] });
const SERVER = { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port };
const IDS = ['alice', 'bob'] as const;

export const isOfServer = ({ from, to }: UdpPacket): boolean =>
  [from, to].some(({ address }) => (LAB_LAYOUT.addresses as readonly string[]).includes(address));

/** A firewall that lets UDP pass to and from the server alone. */
export const noPeers: Drops = (packet) => !isOfServer(packet);

export interface LabOptions {
  /** Whether the server relays. */
  readonly relay?: boolean;
  /** The NAT behind which both sides are. */
  readonly carrier?: NatProfile;
}

/** Runs a punch of two sides that both give up, and returns the facts of each. @throws Error when one of them has a path. */
export function failedPunch(
  sides: readonly [LabSide, LabSide],
  options: LabOptions = {},
): readonly [NoPathFacts, NoPathFacts] {
  const [alice, bob] = runPunch(sides, options);
  return [factsOf('alice', alice), factsOf('bob', bob)];
}

/** Runs a punch until both sides have a path or have given up. */
export function runPunch(
  sides: readonly [LabSide, LabSide],
  { relay = false, carrier }: LabOptions = {},
): readonly [SimMeeting, SimMeeting] {
  const world = createWorld({ seed: 1 });
  const rendezvous = addRendezvousServer(world, { relay });
  const outside: Realm | undefined = carrier && createSite(world, { name: 'carrier', access: carrier }).inside;
  const meetings = sides.map(({ nat, drops, restartAtMs, told = behaviorBehind(behind(nat)) }, index) => {
    const id = IDS[index] ?? '';
    const site = createSite(world, {
      name: `home of ${id}`,
      access: drops ? filtered(nat, drops) : nat,
      link: symmetricLink({ latencyMs: 20 }),
      prefix: `192.168.${index + 1}`,
      ...(outside && { outside }),
    });
    if (restartAtMs !== undefined) world.clock.schedule(restartAtMs, site.reboot);
    const room = createSimRoom(world, { id, host: site.addHost(id), rendezvous, server: SERVER, behavior: told });
    return room.meet(IDS[1 - index] ?? '');
  });
  runUntilDone(world, meetings.map(runOf));
  const [alice, bob] = meetings;
  if (!alice || !bob) throw new Error('two sides are needed');
  return [alice, bob];
}

/** The facts of one side that has given up. */
export function factsOf(id: string, meeting: SimMeeting): NoPathFacts {
  const met = meeting.outcome();
  if (met?.kind !== 'failed') throw new Error(`${id} has not failed, but is ${met?.kind}`);
  return { ...met, id, mode: 'any', undetected: null };
}

function filtered(nat: NatProfile, drops: Drops): BoxAccess {
  const createBox: BoxAccess['createBox'] = (context): Middlebox => {
    const box = createNat({ profile: nat, ...context });
    const isDropped = (packet: Parameters<Middlebox['inbound']>[1], direction: 'in' | 'out'): boolean =>
      packet.protocol === 'udp' && drops(packet, direction);
    return {
      inbound: (now, packet) => (isDropped(packet, 'in') ? drop('filtered') : box.inbound(now, packet)),
      outbound: (now, packet) => (isDropped(packet, 'out') ? drop('filtered') : box.outbound(now, packet)),
    };
  };
  return { kind: 'box', createBox, poolSize: nat.poolSize };
}
