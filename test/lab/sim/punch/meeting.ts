/** Peers that meet at the simulated rendezvous, each behind a NAT of its own, while the test lets things go wrong. */

import type { AccessProfile } from '../../../../lab/profiles.ts';
import { type Link, symmetricLink } from '../../../../lab/sim/network/link.ts';
import { runUntilDone } from '../../../../lab/sim/network/run-session.ts';
import type { Trace } from '../../../../lab/sim/network/trace.ts';
import { createWorld, type World } from '../../../../lab/sim/network/world.ts';
import { behaviorBehind, runOf, signalDelay } from '../../../../lab/sim/punch/punch.ts';
import type { SimMeeting } from '../../../../lab/sim/punch/room/meeting.ts';
import { createSimRoom, type SimRoom } from '../../../../lab/sim/punch/room/room.ts';
import { addRendezvousServer, type RendezvousServer } from '../../../../lab/sim/server/rendezvous-server.ts';
import { LAB_LAYOUT } from '../../../../lab/sim/server/stun-server.ts';
import { createSite, type Site } from '../../../../lab/sim/site/site.ts';
import type { RendezvousLimits } from '../../../../server/rendezvous/decisions/limits.ts';
import type { ToldBehavior } from '../../../../src/rendezvous/protocol/fields.ts';

export const LINK = symmetricLink({ latencyMs: 20 });

export interface Place {
  readonly site: Site;
  /** Starts a peer of that name there: a process of its own, on a host of its own. By default it tells what a faultless detection finds. */
  readonly start: (id: string, behavior?: ToldBehavior) => SimRoom;
  /** As the server knows where the last one comes from. */
  readonly source: () => string;
}

export interface Stage {
  readonly world: World;
  readonly rendezvous: RendezvousServer;
  readonly at: (ms: number, what: () => void) => void;
  readonly place: (name: string, access: AccessProfile, link?: Link) => Place;
  /** Runs until all of them are over. */
  readonly end: (...meetings: readonly SimMeeting[]) => void;
}

export function setStage({
  seed = 1,
  limits,
  relay = false,
  trace,
}: {
  readonly seed?: number;
  readonly limits?: Partial<RendezvousLimits>;
  /** Whether the server relays. */
  readonly relay?: boolean;
  readonly trace?: Trace;
} = {}): Stage {
  const world = createWorld({ seed, ...(trace && { trace }) });
  const rendezvous = addRendezvousServer(world, { limits, relay });
  let places = 0;
  const place = (name: string, access: AccessProfile, link: Link = LINK): Place => {
    const site = createSite(world, { name, access, link, prefix: `192.168.${++places}` });
    let hosts = 0;
    const sourceOf = (): string => `host ${hosts} of ${name}`;
    return {
      site,
      source: sourceOf,
      start: (id, behavior = behaviorBehind(access)) => {
        hosts++;
        return createSimRoom(world, {
          id,
          host: site.addHost(sourceOf()),
          rendezvous,
          server: { address: LAB_LAYOUT.addresses[0], port: LAB_LAYOUT.port },
          behavior,
          delayMs: signalDelay(world, { id: `${name} ${hosts}`, link }),
        });
      },
    };
  };
  return {
    world,
    rendezvous,
    at: (ms, what) => void world.clock.schedule(ms, what),
    place,
    end: (...meetings) => runUntilDone(world, meetings.map(runOf)),
  };
}

/** What a meeting came to, and where the peer is reached. */
export function endOf(meeting: SimMeeting) {
  const met = meeting.outcome();
  if (met?.kind === 'connected') return { kind: met.kind, remote: met.pair.remote.endpoint };
  return { kind: met?.kind ?? null, reason: met?.reason ?? null };
}
