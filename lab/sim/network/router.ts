/** Puts a middlebox between two realms: the one gateway of the inner in a family, and a station of the outer. */
import type { Family } from '../../../src/endpoint.ts';
import type { Link } from './link.ts';
import { drop, type Middlebox, type Passage } from './middlebox.ts';
import { afterHops, type Packet, type Receive } from './packet.ts';
import type { Realm } from './realm.ts';
import { type ConnectedLink, connectLink, forward, type World } from './world.ts';

export interface RouterOptions {
  /** Unique in the world. */
  readonly name: string;
  readonly box: Middlebox;
  readonly inner: Realm;
  readonly outer: Realm;
  /** Whose packets it takes; default: IPv4. */
  readonly family?: Family;
  /** The link to the outer realm, or one in use that other routers share; without one, packets pass in no time. */
  readonly link?: Link | ConnectedLink;
}

export interface Router {
  readonly name: string;
  /** Takes packets for that address of the outer realm. */
  readonly announce: (address: string) => void;
  /**
   * Restarts the box in no time: its mappings, and the ways that a firewall has opened, are forgotten.
   * @param addresses those that it translates to from then on, which are announced; default: the same ones.
   */
  readonly reboot: (addresses?: readonly [string, ...string[]]) => void;
  /** From now on, what enters the router's link is dropped, in both directions; what is under way still arrives. */
  readonly cutLink: () => void;
  readonly restoreLink: () => void;
}

/**
 * Connects the realms through the box; what it drops, it drops silently (DESIGN §7: an ICMP error ends a punch).
 * @throws RangeError when the name is taken.
 */
export function connectRouter(world: World, options: RouterOptions): Router {
  const { name, box, inner, outer, family = 'IPv4', link = null } = options;
  const { clock, trace } = world;
  world.takeName(name);
  const connected = link && 'cut' in link ? link : connectLink(world, { name, link });
  const toOuter: Receive = (packet) => forward(world, { realm: outer, place: name, packet });
  const toInner: Receive = (packet) => forward(world, { realm: inner, place: name, packet });

  const act = (packet: Packet, passage: Passage): void => {
    const entry = { at: clock.now(), place: name, packet };
    if (passage.kind === 'drop') {
      trace?.({ ...entry, event: 'dropped', why: passage.why });
      return;
    }
    trace?.({ ...entry, event: 'passed', as: passage.packet });
    if (passage.side === 'outside') connected.up(passage.packet, toOuter);
    else toInner(passage.packet);
  };

  // As in Linux, a packet that dies here on its way out has made no mapping, and one on its way in has been looked at.
  inner.gateways.set(family, (packet) => {
    const onward = afterHops(packet, 1);
    act(packet, onward ? box.outbound(clock.now(), onward) : drop('ttl'));
  });
  const fromOuter: Receive = (packet) => {
    const passage = box.inbound(clock.now(), packet);
    act(packet, passage.kind === 'drop' ? passage : (spent(passage) ?? drop('ttl')));
  };
  const announce = (address: string): void => outer.attach(address, (packet) => connected.down(packet, fromOuter));
  return {
    name,
    announce,
    reboot: (addresses) => {
      for (const address of addresses ?? []) announce(address);
      box.reboot?.(addresses);
    },
    cutLink: connected.cut,
    restoreLink: connected.restore,
  };
}

function spent(passage: Passage & { readonly kind: 'pass' }): Passage | null {
  const packet = afterHops(passage.packet, 1);
  return packet && { ...passage, packet };
}
