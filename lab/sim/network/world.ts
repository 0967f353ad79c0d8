/** One simulated world: its clock, its chance, its public network, and who listens to what happens in it. */
import { type Clock, createClock } from './clock.ts';
import { createPipe, type LinkConditions } from './link.ts';
import { afterHops, type DropReason, type Packet, type Receive } from './packet.ts';
import { createRandom, type Random } from './random.ts';
import { addressPool, createRealm, nextHop, type Realm } from './realm.ts';
import type { Trace } from './trace.ts';

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  /** The public network, which is a hop of its own. Its addresses are of TEST-NET-2 (RFC 5737). */
  readonly internet: Realm;
  readonly trace: Trace | null;
}

/** Everything that happens in the world follows from the seed and from what is put into it. */
export function createWorld(options: { readonly seed: number; readonly trace?: Trace }): World {
  return {
    clock: createClock(),
    random: createRandom(options.seed),
    internet: createRealm('internet', addressPool('198.51.100', 1), { hops: 1 }),
    trace: options.trace ?? null,
  };
}

/** Hands the packet to whom it is for in the realm, or to the realm's gateway, at once. */
export function forward(
  world: World,
  hop: { readonly realm: Realm; readonly place: string; readonly packet: Packet },
): void {
  const { realm, place, packet } = hop;
  const dropped = (why: DropReason): void =>
    world.trace?.({ at: world.clock.now(), place, packet, event: 'dropped', why });
  const receive = nextHop(realm, packet);
  const onward = afterHops(packet, realm.hops);
  if (!receive) dropped('no-route');
  else if (!onward) dropped('ttl');
  else receive(onward);
}

/** Carries a packet over one direction of a link to `receive`: later, twice, or never. */
export type Line = (packet: Packet, receive: Receive) => void;

/** @param options.name unique in the world: it seeds the line's own chance. */
export function createLine(
  world: World,
  options: { readonly name: string; readonly conditions: LinkConditions },
): Line {
  const { clock, trace } = world;
  const { name, conditions } = options;
  const pipe = createPipe(conditions, world.random.fork(`line ${name}`));
  return (packet, receive) => {
    const arrivals = pipe(clock.now());
    for (const arrival of arrivals) clock.schedule(arrival, () => receive(packet));
    if (!trace || arrivals.length === 1) return;
    const entry = { at: clock.now(), place: name, packet };
    trace(arrivals.length === 0 ? { ...entry, event: 'dropped', why: 'loss' } : { ...entry, event: 'duplicated' });
  };
}
