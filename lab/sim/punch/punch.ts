/** Runs one punch in the simulated network, for two accesses, two links and a seed, and says what came of it. */
import { isThroughRelay } from '../../../src/punch/attempt/outcome/endpoints-in-use.ts';
import type { PunchPlan } from '../../../src/punch/attempt/plan.ts';
import { MANUAL_IDS } from '../../../src/rendezvous/manual/manual-meeting.ts';
import type { ToldBehavior } from '../../../src/rendezvous/protocol/fields.ts';
import { knownBehaviorOf } from '../../known-behavior.ts';
import type { AccessProfile, NamedAccess } from '../../profiles.ts';
import type { Link } from '../network/link.ts';
import { runUntilDone } from '../network/run-session.ts';
import type { Trace } from '../network/trace.ts';
import { createWorld, type World } from '../network/world.ts';
import { addBrokers, type SimBrokers, type SimBrokersOptions } from '../server/brokers.ts';
import { addLines, type SimLines, type SimLinesOptions } from '../server/lines.ts';
import { addRendezvousServer } from '../server/rendezvous-server.ts';
import { addStunServer, LAB_LAYOUT } from '../server/stun-server.ts';
import { createSite, type Site } from '../site/site.ts';
import type { SimMeeting } from './room/meeting.ts';
import { createSimRoom, type SimRoom, type SimRoomOptions } from './room/room.ts';
import { type SimPunchSide, sideOf } from './side.ts';

/** How far apart two peers begin that were told the same instant, since the server does not know the exact delay to each. */
export const MAX_SKEW_MS = 10;
/** The most time that a message to or from the rendezvous takes in addition to the link's latency. */
const SIGNAL_JITTER_MS = 6;
/** How long two that meet by hand go on trying. */
const BY_HAND_MS = 180_000;
/** How long a relayed path is given to become direct: as long as the checks of an attempt last. */
const UPGRADE_MS = 9_000;

/** How a peer is reached: over IPv4, or over both families. */
export type SimAccess = AccessProfile | NamedAccess;

export interface SimPunchOptions {
  readonly a: SimAccess;
  readonly b: SimAccess;
  readonly seed: number;
  /** The peers' links to the public network; default: without delay and loss. */
  readonly linkA?: Link;
  readonly linkB?: Link;
  /** Whether the server relays; default: false. A side that is relayed then gets the time to become direct. */
  readonly relay?: boolean;
  /** How long the relay answers nothing at first; default: 0. */
  readonly relayAfterMs?: number;
  /** The brokers through which the two meet in place of a server, which then relays nothing; default: a server. */
  readonly brokers?: SimBrokersOptions;
  /** The people through whom the two meet in place of a server: the first side makes the offer. */
  readonly byHand?: SimLinesOptions;
  /** What the two tell of their NATs; default: what a faultless detection would. */
  readonly told?: { readonly a: ToldBehavior; readonly b: ToldBehavior };
  readonly trace?: Trace;
}

export interface SimPunch {
  /** The plan that both sides made; null when they did not get that far. */
  readonly plan: PunchPlan | null;
  readonly a: SimPunchSide;
  readonly b: SimPunchSide;
  /** How much later than the other the later peer was told to begin. */
  readonly skewMs: number;
}

/**
 * Runs the seven steps on virtual time until each side is connected or has failed: both join the real rendezvous, bind
 * their sockets through their own NATs, are introduced, and punch. What a detection would find is told without one.
 * @throws Error when a side does not end.
 */
export function punchInSim(options: SimPunchOptions): SimPunch {
  const { seed, trace } = options;
  const world = createWorld({ seed, ...(trace && { trace }) });
  const [a, b] = meetIn(world, options);
  runUntilDone(world, [runOf(a), runOf(b)]);
  if ([a, b].some(isAtRelay)) world.clock.runUntil(world.clock.now() + UPGRADE_MS);
  const [startA, startB] = [a.startAt(), b.startAt()];
  const startedAt = Math.min(startA ?? 0, startB ?? 0);
  return {
    plan: a.plan(),
    a: ended(a, startedAt),
    b: ended(b, startedAt),
    skewMs: Math.abs((startA ?? 0) - (startB ?? 0)),
  };
}

function meetIn(world: World, options: SimPunchOptions): readonly [SimMeeting, SimMeeting] {
  const { byHand, linkA, linkB, told } = options;
  const [one, other] = byHand ? [MANUAL_IDS.offer, MANUAL_IDS.answer] : ['a', 'b'];
  const how = byHand ? { waitMs: BY_HAND_MS } : {};
  const rendezvous = placeOf(world, options);
  const a = sideAt(world, { rendezvous, id: one, access: options.a, number: 1, link: linkA, told: told?.a });
  const b = sideAt(world, { rendezvous, id: other, access: options.b, number: 2, link: linkB, told: told?.b });
  return [a.meet(other, how), b.meet(one, how)];
}

/** Puts up what the two meet at. */
function placeOf(world: World, options: SimPunchOptions): SimRoomOptions['rendezvous'] {
  const { relay = false, relayAfterMs = 0, byHand, brokers } = options;
  if (byHand) return linesBeside(world, byHand);
  if (brokers) return brokersBeside(world, brokers);
  const ipv6 = [options.a, options.b].some((access) => 'access' in access && access.ipv6 !== undefined);
  return addRendezvousServer(world, { relay, relayAfterMs, ipv6 });
}

function linesBeside(world: World, options: SimLinesOptions): SimLines {
  addStunServer(world);
  return addLines(world, options);
}

/** Adds the brokers, and the STUN server of somebody else. */
export function brokersBeside(world: World, options: SimBrokersOptions): SimBrokers {
  addStunServer(world);
  return addBrokers(world, options);
}

export interface SideOptions extends Pick<SimRoomOptions, 'rendezvous' | 'id' | 'seal' | 'onConnected'> {
  readonly access: SimAccess;
  /** A number that no other peer of the world has; it numbers the peer's private network. */
  readonly number: number;
  readonly link: Link | undefined;
  /** What it tells of its NAT; default: what a faultless detection would. */
  readonly told?: ToldBehavior | undefined;
}

/** Puts a peer behind its own access. */
export function sideAt(world: World, side: SideOptions): SimRoom {
  return placeAt(world, side).room;
}

/** Puts a peer behind its own access, which can be disturbed while it runs. */
export function placeAt(world: World, side: SideOptions): { readonly room: SimRoom; readonly site: Site } {
  const { rendezvous, id, access, number, link, told, seal, onConnected } = side;
  const site = createSite(world, { name: `router ${id}`, access, prefix: `192.168.${number}`, ...(link && { link }) });
  const room = createSimRoom(world, {
    id,
    host: site.addHost(`peer ${id}`),
    rendezvous,
    server: { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port },
    otherServers: LAB_LAYOUT.addresses.slice(1).map((address = '') => ({ address, port: LAB_LAYOUT.port })),
    behavior: told ?? behaviorBehind(access),
    seal,
    delayMs: signalDelay(world, { id, link }),
    onConnected,
  });
  return { room, site };
}

/** Returns what a faultless detection would tell about the access to IPv4. */
export function behaviorBehind(access: SimAccess): ToldBehavior {
  return (
    knownBehaviorOf('access' in access ? access.access : access) ?? {
      mapping: 'undetermined',
      filtering: 'undetermined',
    }
  );
}

/** Draws how long each message between a peer and the rendezvous takes, over the peer's link and beyond. */
export function signalDelay(
  world: World,
  { id, link }: { readonly id: string; readonly link: Link | undefined },
): () => number {
  const random = world.random.fork(`signals ${id}`);
  const latencyMs = link?.up.latencyMs ?? 0;
  return () => latencyMs + random.next() * SIGNAL_JITTER_MS;
}

/** Makes a run of a meeting. */
export function runOf({ outcome }: SimMeeting): Parameters<typeof runUntilDone>[1][number] {
  return {
    outcome: () => {
      const met = outcome();
      return met && { result: met, at: met.at };
    },
  };
}

function ended(meeting: SimMeeting, startedAt: number): SimPunchSide {
  const met = meeting.outcome();
  if (!met) throw new Error('a side was to end');
  const pair = meeting.selected();
  return sideOf(met.kind === 'connected' && pair ? { ...met, pair } : met, { startedAt, plan: meeting.plan() });
}

function isAtRelay(meeting: SimMeeting): boolean {
  const pair = meeting.selected();
  return pair !== null && isThroughRelay(pair);
}
