/** One punch in the simulated network: how both peers are reached, over which links, by which seed; what came of it. */
import type { Endpoint } from '../../../src/endpoint.ts';
import { type PunchPlan, planPunch } from '../../../src/punch/attempt/plan.ts';
import { type RoleParty, roleOf } from '../../../src/rendezvous/protocol/role.ts';
import { knownBehaviorOf } from '../../known-behavior.ts';
import type { AccessProfile } from '../../profiles.ts';
import type { Link } from '../network/link.ts';
import { runUntilDone } from '../network/run-session.ts';
import type { Trace } from '../network/trace.ts';
import { createWorld, type World } from '../network/world.ts';
import { addStunServer, LAB_LAYOUT } from '../server/stun-server.ts';
import { createSite } from '../site/site.ts';
import { createPunchPeer, type JoinedPeer, notBegun, type PunchPeer, type SimPunchSide } from './peer.ts';

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
  /** As both sides made it; null when they did not get as far. */
  readonly plan: PunchPlan | null;
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
    return {
      plan: null,
      a: notBegun(seenA ? 'no-peer' : 'udp-silent'),
      b: notBegun(seenB ? 'no-peer' : 'udp-silent'),
      skewMs,
    };

  const key = Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');
  const startedAt = clock.now();
  const late = random.integer(2);
  const sides = [
    { id: 'a', peer: a, seen: seenA, told: toldOf('a', options.a), startAt: startedAt + (late === 0 ? skewMs : 0) },
    { id: 'b', peer: b, seen: seenB, told: toldOf('b', options.b), startAt: startedAt + (late === 1 ? skewMs : 0) },
  ] as const;
  const agents = [a.agentOf(seenA), b.agentOf(seenB)] as const;
  const joined: JoinedPeer[] = [];
  for (const [own, other] of [[0, 1] as const, [1, 0] as const]) {
    const [mine, theirs] = [sides[own], sides[other]];
    joined.push(
      mine.peer.join({
        agentOf: agents[own],
        introduction: {
          type: 'introduction',
          peer: theirs.id,
          endpoint: theirs.seen,
          candidates: [...agents[other].candidates],
          behavior: theirs.told.behavior,
          own: mine.seen,
          role: roleOf(mine.told, theirs.told),
          key,
          startInMs: 0,
        },
        plan: planPunch(mine.told, theirs.told),
        behavior: mine.told.behavior,
        startAt: mine.startAt,
        onTell: (ports) => clock.schedule(clock.now(), () => joined[other]?.hear(ports)),
      }),
    );
  }
  runUntilDone(
    world,
    joined.map(({ run }) => run),
  );
  const [endA, endB] = joined.map((one) => one.side(startedAt));
  if (!endA || !endB) throw new Error('two sides were to end');
  return { plan: planPunch(sides[0].told, sides[1].told), a: endA, b: endB, skewMs };
}

function joinSites(world: World, { a, b, linkA, linkB }: SimPunchOptions): readonly [PunchPeer, PunchPeer] {
  const server: Endpoint = { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port };
  const siteA = createSite(world, { name: 'router a', access: a, prefix: '192.168.1', ...(linkA && { link: linkA }) });
  const siteB = createSite(world, { name: 'router b', access: b, prefix: '192.168.2', ...(linkB && { link: linkB }) });
  return [
    createPunchPeer(world, { host: siteA.addHost('peer a'), server }),
    createPunchPeer(world, { host: siteB.addHost('peer b'), server }),
  ];
}

/** As a faultless detection would tell of it. */
function toldOf(id: string, access: AccessProfile): RoleParty {
  const unknown = { mapping: 'undetermined', filtering: 'undetermined' } as const;
  return { id, behavior: knownBehaviorOf(access) ?? unknown };
}

function seen({ binding }: PunchPeer): Endpoint | null {
  const result = binding.outcome()?.result;
  return result && result !== 'silent' ? result : null;
}
