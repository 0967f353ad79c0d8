/** Several peers of one room, each with one socket behind its own NAT, which all meet each other at once. */
import type { PunchTechnique } from '../../../src/punch/attempt/outcome/winner.ts';
import type { NamedAccess } from '../../profiles.ts';
import { type Link, PERFECT_LINK } from '../network/link.ts';
import { runUntilDone } from '../network/run-session.ts';
import { createWorld } from '../network/world.ts';
import { addRendezvousServer } from '../server/rendezvous-server.ts';
import { runOf, sideAt } from './punch.ts';
import { type SimPunchSide, sideOf } from './side.ts';

/** One direction of a pair: how `from` got through to `to`. */
export interface MeshPath {
  readonly from: string;
  readonly to: string;
  readonly technique: PunchTechnique | null;
  readonly side: SimPunchSide;
}

/** Returns both directions of every pair, in the order of the accesses. Times count from the moment when everybody has joined. */
export function meshInSim({
  accesses,
  seed,
  link = PERFECT_LINK,
}: {
  readonly accesses: readonly NamedAccess[];
  readonly seed: number;
  readonly link?: Link;
}): readonly MeshPath[] {
  const world = createWorld({ seed });
  const rendezvous = addRendezvousServer(world);
  const rooms = accesses.map(({ name, access }, index) =>
    sideAt(world, { rendezvous, id: name, access, number: index + 1, link }),
  );
  const meetings = rooms.flatMap((room) =>
    rooms.filter((other) => other !== room).map(({ id }) => ({ from: room.id, to: id, meeting: room.meet(id) })),
  );
  runUntilDone(
    world,
    meetings.map(({ meeting }) => runOf(meeting)),
  );
  return meetings.map(({ from, to, meeting }) => {
    const met = meeting.outcome();
    if (!met) throw new Error(`${from} was to end with ${to}`);
    const side = sideOf(met, { startedAt: meeting.startAt() ?? 0, plan: meeting.plan() });
    return { from, to, technique: side.technique, side };
  });
}
