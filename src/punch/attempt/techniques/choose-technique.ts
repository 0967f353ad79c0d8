/**
 * What is tried for a pair of NATs, and with what odds: a pure table from both behaviours, so that both sides come to the
 * same plan, and it is known before the first packet.
 *
 * A mapping that depends on the destination hides the port at which a peer has to be sent to. A filter that looks at no
 * port does not mind. One that does lets in only the exact port, which is told in advance where the NAT counts its ports
 * up (port prediction), or met by chance: many sockets on the moving side, many probes from the other (the birthday of
 * the name is that of Ford, Srisuresh and Kegel, "Peer-to-Peer Communication Across NATs", 2005, §5.1, and of the
 * arithmetic below). Two such mappings that cannot be told are a relay's case.
 */
import type { Behavior } from '../../../nat/prospect.ts';
import { isStable, prospectOf } from '../../../nat/prospect.ts';

/** How a NAT chooses the ports of new mappings, as far as a choice needs it. */
export interface PortAssignment {
  readonly kind: 'none' | 'preserved' | 'sequential' | 'range' | 'random' | 'undetermined';
  /** Of `sequential`. */
  readonly step: number | null;
  /** Of `range`: the ports that were found to be in use, both included. */
  readonly range: { readonly first: number; readonly last: number } | null;
}

export interface KnownBehavior extends Behavior {
  readonly allocation: PortAssignment;
}

export type TechniqueName = 'simultaneous-open' | 'port-prediction' | 'birthday' | 'relay';

export interface TechniqueChoice {
  readonly technique: TechniqueName;
  /** Of a direct path, where no packet is lost and nobody else takes ports of the same NAT meanwhile. */
  readonly probability: number;
  /** That both sides send at most toward each other, beyond the checks of a plain punch. */
  readonly packets: number;
  /** Until the technique is exhausted. */
  readonly seconds: number;
}

/** Sockets of the moving side. */
export const BIRTHDAY_SOCKETS = 256;
/** Packets per second of each side. */
export const BIRTHDAY_RATE = 500;
/** Probes of the other side: with 64,512 ports, one round in 3,900 meets none of 256 sockets. */
export const BIRTHDAY_PROBES = 2048;
/** The moving side's: the second with fresh sockets, when the other side has probed all that it will. */
const BIRTHDAY_ROUNDS = 2;
/** After the other side's last probe, before the second round: what that takes to have reached its own NAT. */
export const BIRTHDAY_MARGIN_MS = 200;
/** The ports that a NAT may give a mapping, where nothing else is known (RFC 6335 §6: not the well-known ones). */
export const USER_PORTS = { first: 1024, last: 65_535 } as const;
/** The next ports of a counter that are tried: others behind the same NAT may take some of them. */
export const PREDICTED_PORTS = 16;

/** The same for both orders. Both sides begin at one instant, as the seven steps have it. */
export function chooseTechnique(a: KnownBehavior, b: KnownBehavior): TechniqueChoice {
  if (prospectOf(a, b) === 'direct') return { technique: 'simultaneous-open', probability: 1, packets: 0, seconds: 0 };
  const moving = [a, b].filter((peer) => !isStable(peer));
  if (moving.every(({ allocation }) => isPredictable(allocation))) {
    return { technique: 'port-prediction', probability: 1, packets: PREDICTED_PORTS * moving.length, seconds: 1 };
  }
  const [only, other] = moving;
  if (!only || other) return { technique: 'relay', probability: 0, packets: 0, seconds: 0 };
  const { sockets, probes, ports } = birthdayOf(only.allocation);
  const missed = 1 - birthdayProbability({ sockets, probes, ports });
  return {
    technique: 'birthday',
    probability: 1 - missed ** BIRTHDAY_ROUNDS,
    packets: BIRTHDAY_ROUNDS * sockets + probes,
    seconds: (probes + sockets) / BIRTHDAY_RATE + BIRTHDAY_MARGIN_MS / 1000,
  };
}

/** Whether the port of the next mapping can be told. */
export function isPredictable({ kind }: PortAssignment): boolean {
  return kind === 'sequential' || kind === 'preserved';
}

export interface Birthday {
  readonly sockets: number;
  readonly probes: number;
  /** How many there are to draw from. */
  readonly ports: number;
  readonly first: number;
}

/** How a birthday is held with a moving side of that allocation; a small range takes no more sockets than half of it. */
export function birthdayOf(allocation: PortAssignment): Birthday {
  const { first, last } = portsOf(allocation);
  const ports = last - first + 1;
  return {
    first,
    ports,
    sockets: Math.min(BIRTHDAY_SOCKETS, Math.max(1, Math.floor(ports / 2))),
    probes: Math.min(BIRTHDAY_PROBES, ports),
  };
}

/**
 * The ports to draw from: of a range that was told, the user ports of it, since no NAT gives a mapping another one and a
 * peer's word shall not make this side probe well-known ports. A range without any is as good as none.
 */
function portsOf({ kind, range }: PortAssignment): NonNullable<PortAssignment['range']> {
  if (kind !== 'range' || !range) return USER_PORTS;
  const first = Math.max(range.first, USER_PORTS.first);
  const last = Math.min(range.last, USER_PORTS.last);
  return Number.isInteger(first) && Number.isInteger(last) && first <= last ? { first, last } : USER_PORTS;
}

/**
 * That one of so many different ports is among those of the sockets: 1 − C(ports − sockets, probes) / C(ports, probes).
 * 256 sockets and 1,024 probes among 64,512 ports: 98.3 %.
 */
export function birthdayProbability({ sockets, probes, ports }: Omit<Birthday, 'first'>): number {
  let missed = 1;
  for (let probe = 0; probe < Math.min(probes, ports); probe++) missed *= Math.max(0, 1 - sockets / (ports - probe));
  return 1 - missed;
}

/** Of the next mappings, after one that was seen at `last`; a counter that leaves the user ports begins again there. */
export function predictPorts({ last, step }: { readonly last: number; readonly step: number }): readonly number[] {
  const { first, last: end } = USER_PORTS;
  const count = end - first + 1;
  const wrapped = (port: number): number => first + ((((port - first) % count) + count) % count);
  return Array.from({ length: PREDICTED_PORTS }, (_, index) => wrapped(last + step * (index + 1)));
}
