/** Puts a middlebox between two realms: the one gateway of the inner, and a station of the outer. */
import type { Link } from './link.ts';
import { drop, type Middlebox, type Passage } from './middlebox.ts';
import { afterHops, type Packet, type Receive } from './packet.ts';
import type { Realm } from './realm.ts';
import { connectLink, forward, type World } from './world.ts';

export interface RouterOptions {
  /** Unique in the world. */
  readonly name: string;
  readonly box: Middlebox;
  readonly inner: Realm;
  readonly outer: Realm;
  /** The link to the outer realm; without one, packets pass in no time. */
  readonly link?: Link;
}

export interface Router {
  readonly name: string;
  /** Takes packets for that address of the outer realm. */
  readonly announce: (address: string) => void;
  /** Restarts the box in no time: its mappings, and the ways that a firewall has opened, are forgotten. */
  readonly reboot: () => void;
  /** From now on, what enters the router's link is dropped, in both directions; what is under way still arrives. */
  readonly cutLink: () => void;
  readonly restoreLink: () => void;
}

/**
 * Connects the realms through the box; what it drops, it drops silently (DESIGN §7: an ICMP error ends a punch).
 * @throws RangeError when the name is taken.
 */
export function connectRouter(world: World, { name, box, inner, outer, link }: RouterOptions): Router {
  const { clock, trace } = world;
  world.takeName(name);
  const connected = connectLink(world, { name, link: link ?? null });
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
  inner.gateway = (packet) => {
    const onward = afterHops(packet, 1);
    act(packet, onward ? box.outbound(clock.now(), onward) : drop('ttl'));
  };
  const fromOuter: Receive = (packet) => {
    const passage = box.inbound(clock.now(), packet);
    act(packet, passage.kind === 'drop' ? passage : (spent(passage) ?? drop('ttl')));
  };
  return {
    name,
    announce: (address) => outer.attach(address, (packet) => connected.down(packet, fromOuter)),
    reboot: () => box.reboot?.(),
    cutLink: connected.cut,
    restoreLink: connected.restore,
  };
}

function spent(passage: Passage & { readonly kind: 'pass' }): Passage | null {
  const packet = afterHops(passage.packet, 1);
  return packet && { ...passage, packet };
}
