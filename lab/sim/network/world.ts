/** One simulated world: its clock, its chance, its public network, and who listens to what happens in it. */
import { type Clock, createClock } from './clock.ts';
import { createPipe, type Link, type LinkConditions } from './link.ts';
import { requireNumber } from './misuse.ts';
import { afterHops, type DropReason, type Packet, type Receive } from './packet.ts';
import { createRandom, type Random } from './random.ts';
import { addressPool, createRealm, nextHop, type Realm } from './realm.ts';
import type { Trace } from './trace.ts';

export interface World {
  readonly clock: Clock;
  readonly random: Random;
  /**
   * The public network, which counts as one hop. It gives out addresses of TEST-NET-2 (RFC 5737), and of 2001:db8:1::/112
   * (RFC 3849).
   */
  readonly internet: Realm;
  readonly trace: Trace | null;
  /** Takes a name for a host or a router, whose chance is seeded by it. @throws RangeError when another has it. */
  readonly takeName: (name: string) => void;
}

/**
 * Makes a world with an empty public network, at 0 ms. Everything that happens in it follows from the seed and from what
 * is put into it. `trace` hears of every packet, at every place.
 * @throws RangeError when the seed is not from 0 to 2⁵³ − 1, or no integer.
 */
export function createWorld(options: { readonly seed: number; readonly trace?: Trace }): World {
  requireNumber('seed', options.seed, { min: 0, max: Number.MAX_SAFE_INTEGER, isInteger: true });
  const names = new Set<string>();
  return {
    clock: createClock(),
    random: createRandom(options.seed),
    internet: createRealm(
      'internet',
      new Map([
        ['IPv4', addressPool('IPv4', { prefix: '198.51.100', first: 1 })],
        ['IPv6', addressPool('IPv6', { prefix: '2001:db8:1', first: 1 })],
      ]),
      { hops: 1 },
    ),
    trace: options.trace ?? null,
    takeName: (name) => {
      if (names.has(name)) throw new RangeError(`${JSON.stringify(name)} is taken; every name in a world is unique`);
      names.add(name);
    },
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
type Line = (packet: Packet, receive: Receive) => void;

/** @param options.name unique in the world: it seeds the chance of the line. */
function createLine(world: World, options: { readonly name: string; readonly conditions: LinkConditions }): Line {
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

/** A link in use: its two directions, which are cut and restored together. */
export interface ConnectedLink {
  readonly up: Line;
  readonly down: Line;
  /** What enters in either direction is dropped from now on; what is under way still arrives. */
  readonly cut: () => void;
  readonly restore: () => void;
}

/** Puts a link to use; without conditions packets pass within the same event. @param options.name unique in the world. */
export function connectLink(
  world: World,
  { name, link }: { readonly name: string; readonly link: Link | null },
): ConnectedLink {
  let isCut = false;
  const direction = (line: string, conditions: LinkConditions | undefined): Line => {
    const carry: Line = conditions
      ? createLine(world, { name: line, conditions })
      : (packet, receive) => receive(packet);
    return (packet, receive) => {
      if (!isCut) carry(packet, receive);
      else world.trace?.({ at: world.clock.now(), place: line, packet, event: 'dropped', why: 'link-down' });
    };
  };
  return {
    up: direction(`${name} up`, link?.up),
    down: direction(`${name} down`, link?.down),
    cut: () => {
      isCut = true;
    },
    restore: () => {
      isCut = false;
    },
  };
}
