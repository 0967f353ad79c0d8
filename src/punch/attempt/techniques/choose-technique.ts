/**
 * Chooses what is tried for a pair of NATs, and says with what odds. The choice follows from the two behaviours alone, so
 * that both sides come to the same plan, and know it before the first packet.
 *
 * Where the checks of both sides are not enough (src/nat/prospect.ts), a destination-dependent mapping hides the port to
 * which the peer has to send. That port can be predicted where the NAT counts its ports up (port prediction); otherwise it
 * is met by chance, with many sockets on one side and many probes from the other side (the birthday, after Ford, Srisuresh
 * and Kegel, "Peer-to-Peer Communication Across NATs", 2005, §5.1, and the arithmetic below). Where neither can work, only a
 * relay is left.
 */
import { type Behavior, canBeMet, isStable, prospectOf } from '../../../nat/prospect.ts';

/** How a NAT assigns ports to new mappings, as far as the choice of a technique depends on it. */
export interface PortAssignment {
  readonly kind: 'none' | 'preserved' | 'sequential' | 'range' | 'random' | 'undetermined';
  /** How far the counter moves with each mapping, where the kind is `sequential`. */
  readonly step: number | null;
  /** Whether each socket has a counter of its own, which goes on from the port of its first mapping. */
  readonly perSocket?: boolean | undefined;
  /** The first and the last port that were seen in use, where the kind is `range`. */
  readonly range: { readonly first: number; readonly last: number } | null;
}

export interface KnownBehavior extends Behavior {
  readonly allocation: PortAssignment;
  /** Whether a packet that comes before one was sent to its source makes later ones leave from another port. */
  readonly early?: 'changes-port' | undefined;
}

export type TechniqueName = 'simultaneous-open' | 'port-prediction' | 'birthday' | 'relay';

export interface TechniqueChoice {
  readonly technique: TechniqueName;
  /** The probability of a direct path, provided that no packet is lost and nobody else takes ports of the same NAT meanwhile. */
  readonly probability: number;
  /** The most packets that both sides send toward each other, beyond the checks of a plain punch. */
  readonly packets: number;
  /** How long it takes until the technique is exhausted. */
  readonly seconds: number;
}

/** How many sockets the moving side opens in a round. */
export const BIRTHDAY_SOCKETS = 256;
/** How many packets per second each side sends. */
export const BIRTHDAY_RATE = 500;
/** How many probes the other side sends: with 64,512 ports, one round in 3,900 meets none of 256 sockets. */
export const BIRTHDAY_PROBES = 2048;
/** How many rounds the moving side has; the second one, with fresh sockets, begins when the other side has sent all its probes. */
const BIRTHDAY_ROUNDS = 2;
/** The time between the other side's last probe and the second round, so that the probe has passed that side's NAT. */
export const BIRTHDAY_MARGIN_MS = 200;
/** How many groups of sockets a first round has that only sends packets which end on the way; each sends at that rate. */
export const QUIET_GROUPS = 2;
/** The ports that a NAT may assign, where nothing else is known: all but the well-known ones (RFC 6335 §6). */
export const USER_PORTS = { first: 1024, last: 65_535 } as const;
/** How many of a counter's next ports are tried, since others behind the same NAT may take some of them. */
export const PREDICTED_PORTS = 16;

/**
 * The TTLs of openers that must not reach the peer's router. A TTL of n passes n − 1 routers: one NAT in a row, up to four. A
 * peer that is not a neighbour is eight routers away or more; where it is nearer, the lower ones still end before it.
 */
export const OPENER_TTLS = [2, 3, 4, 5] as const;
/** How many public addresses of a NAT that has several are looked for and told, beside the one that the server saw first. */
export const POOL_ADDRESSES = 8;

const CHECKS_ALONE: TechniqueChoice = { technique: 'simultaneous-open', probability: 1, packets: 0, seconds: 0 };
const NO_PATH: TechniqueChoice = { technique: 'relay', probability: 0, packets: 0, seconds: 0 };

/** Chooses the technique for a pair, the same in either order. Both sides begin at the same instant, as in the seven steps. */
export function chooseTechnique(a: KnownBehavior, b: KnownBehavior): TechniqueChoice {
  const prospect = prospectOf(a, b);
  if (prospect === 'direct' || prospect === 'asymmetric') return CHECKS_ALONE;
  const moving = [a, b].filter((peer) => !isStable(peer));
  if (moving.every(({ allocation }) => isPredictable(allocation))) {
    return { technique: 'port-prediction', probability: 1, packets: predictionPackets(moving), seconds: 1 };
  }
  const [best] = openersOf(a, b).toSorted((one, other) => birthdayOdds(other) - birthdayOdds(one));
  return best ? birthdayChoice(best, best === a ? b : a) : NO_PATH;
}

/** A stable side opens toward the ports of a counter from its other sockets too. */
function predictionPackets(moving: readonly KnownBehavior[]): number {
  const isAlone = moving.length === 1 && moving[0]?.allocation.kind === 'sequential';
  return PREDICTED_PORTS * (moving.length + (isAlone ? OPENER_TTLS.length : 0));
}

/**
 * Whether `own` is the side of a birthday that sends from many sockets: the one that can be met, and where either can, the
 * one with the better odds.
 * @param isPreferred whether it is this side where both are alike; the peer must hold the opposite.
 */
export function isBirthdayOpener(own: KnownBehavior, peer: KnownBehavior, isPreferred: boolean): boolean {
  const openers = openersOf(own, peer);
  if (openers.length < 2) return openers[0] === own;
  const [odds, peerOdds] = [birthdayOdds(own), birthdayOdds(peer)];
  return odds === peerOdds ? isPreferred : odds > peerOdds;
}

function openersOf(a: KnownBehavior, b: KnownBehavior): readonly KnownBehavior[] {
  return [...(canBeMet(a, b) ? [a] : []), ...(canBeMet(b, a) ? [b] : [])];
}

/** The probability of a hit in one round or more, with that side as the one that sends from many sockets. */
function birthdayOdds({ allocation }: KnownBehavior): number {
  const missed = 1 - birthdayProbability(birthdayOf(allocation));
  return 1 - missed ** BIRTHDAY_ROUNDS;
}

/** Whether packets that arrive early would spoil the ports of that side, from which the probes come. */
export function isSpoilt(prober: Pick<KnownBehavior, 'mapping' | 'early'>): boolean {
  return isStable(prober) && prober.early === 'changes-port';
}

/**
 * The same toward a side whose ports are spoilt by what arrives early. Of the first round count the probes that find every
 * socket open, until the packets go farther; of the second, those that were sent until then, if these arrived.
 */
function quietOdds({ allocation }: KnownBehavior): number {
  const birthday = birthdayOf(allocation);
  const probes = birthday.probes / 2;
  const [quiet, loud] = [birthday.sockets + birthday.quietSockets, birthday.sockets];
  const late = Math.max(0, Math.floor(probes - quiet / QUIET_GROUPS));
  const missed = 1 - birthdayProbability({ ...birthday, sockets: quiet, probes: late });
  return 1 - missed * (1 - birthdayProbability({ ...birthday, sockets: loud, probes: Math.floor(probes) }));
}

function birthdayChoice(opener: KnownBehavior, prober: KnownBehavior): TechniqueChoice {
  const { sockets, quietSockets, probes } = birthdayOf(opener.allocation);
  const isQuiet = isSpoilt(prober);
  return {
    technique: 'birthday',
    probability: isQuiet ? quietOdds(opener) : birthdayOdds(opener),
    packets: (isQuiet ? 3 : BIRTHDAY_ROUNDS) * sockets + (isQuiet ? 2 : 1) * quietSockets + probes,
    seconds: (probes + sockets) / BIRTHDAY_RATE + BIRTHDAY_MARGIN_MS / 1000,
  };
}

/** Whether the port of the next mapping can be predicted. */
export function isPredictable({ kind }: PortAssignment): boolean {
  return kind === 'sequential' || kind === 'preserved';
}

export interface Birthday {
  readonly sockets: number;
  /**
   * How many more sockets send packets that end on the way in the first round; the odds do not count them. None where the NAT
   * gives its host a range of ports, which everything else on the host needs too.
   */
  readonly quietSockets: number;
  readonly probes: number;
  /** How many ports there are to draw from. */
  readonly ports: number;
  readonly first: number;
}

/** Returns the numbers of a birthday with a moving side of that port assignment; a round takes at most half the ports of a small range. */
export function birthdayOf(allocation: PortAssignment): Birthday {
  const { first, last } = portsOf(allocation);
  const ports = last - first + 1;
  const sockets = Math.min(BIRTHDAY_SOCKETS, Math.max(1, Math.floor(ports / 2)));
  return {
    first,
    ports,
    sockets,
    quietSockets: allocation.kind === 'range' ? 0 : BIRTHDAY_SOCKETS,
    probes: Math.min(BIRTHDAY_PROBES, ports),
  };
}

/**
 * Returns the ports to draw from. Of a range that the peer told, only the user ports count: no NAT assigns any other, and a
 * peer must not be able to make this side probe well-known ports. A range without user ports is ignored.
 */
function portsOf({ kind, range }: PortAssignment): NonNullable<PortAssignment['range']> {
  if (kind !== 'range' || !range) return USER_PORTS;
  const first = Math.max(range.first, USER_PORTS.first);
  const last = Math.min(range.last, USER_PORTS.last);
  return Number.isInteger(first) && Number.isInteger(last) && first <= last ? { first, last } : USER_PORTS;
}

/**
 * Returns the probability that one of the probes meets one of the sockets: 1 − C(ports − sockets, probes) / C(ports, probes).
 * 256 sockets and 1,024 probes among 64,512 ports: 98.3 %.
 */
export function birthdayProbability({ sockets, probes, ports }: Omit<Birthday, 'first' | 'quietSockets'>): number {
  let missed = 1;
  for (let probe = 0; probe < Math.min(probes, ports); probe++) missed *= Math.max(0, 1 - sockets / (ports - probe));
  return 1 - missed;
}

/** Returns the ports of the next mappings after one at `last`; a counter that runs out of user ports begins again at the first. */
export function predictPorts({ last, step }: { readonly last: number; readonly step: number }): readonly number[] {
  const { first, last: end } = USER_PORTS;
  const count = end - first + 1;
  const wrapped = (port: number): number => first + ((((port - first) % count) + count) % count);
  return Array.from({ length: PREDICTED_PORTS }, (_, index) => wrapped(last + step * (index + 1)));
}
