/** Where what was observed of a NAT is not what its profile asks for. */
import type { Dependency } from '../src/nat/behavior.ts';
import type { Addresses, Collision, Early, Hairpin, Observation, Unsolicited } from './conformance.ts';
import { observedAccess } from './known-behavior.ts';
import { type AccessProfile, DEFAULT_BLOCK_SIZE, type Ipv6Access, type NatProfile } from './profiles.ts';

/**
 * The part of a profile that an observation can be held to; it is not held to what is left out. With the translation
 * `none`, every destination has to see the local endpoint itself.
 */
export type Asked = Pick<NatProfile, 'name' | 'mapping' | 'filtering'> &
  Partial<
    Pick<NatProfile, 'hairpin' | 'inboundFirst' | 'ports' | 'portStep' | 'blockSize' | 'poolSize' | 'pooling'>
  > & {
    readonly translation?: NatProfile['translation'] | 'none';
    /** Of what translates nothing; for a NAT it follows from the rest. */
    readonly unsolicited?: Unsolicited;
  };

/** What an access under that name can be held to, as far as it shows from outside; null where no UDP passes. */
export function askedOf(name: string, access: AccessProfile | Ipv6Access): Asked | null {
  const observed = observedAccess(access);
  if (observed.kind === 'no-udp') return null;
  const { filtering } = observed;
  if (access.kind !== 'nat') {
    const unsolicited = access.kind === 'open' ? 'let-in' : 'dropped';
    // Every destination sees the one local endpoint.
    return { name, mapping: 'endpoint-independent', filtering, translation: 'none', unsolicited, poolSize: 1 };
  }
  const mapping = observed.mapping === 'none' ? 'endpoint-independent' : observed.mapping;
  const [nat, ...outer] = access.layers;
  // How one NAT chooses ports and treats early packets cannot be seen through another.
  if (outer.length === 0) return { ...nat, name };
  const translation = access.layers.every((layer) => layer.translation === 'static') ? 'static' : 'napt';
  return { name, filtering, mapping, translation, hairpin: nat.hairpin };
}

const AXES = [
  'mapping',
  'filtering',
  'hairpin',
  'early',
  'unsolicited',
  'addresses',
  'keepsAddress',
  'keepsPorts',
  'keepsParity',
  'collision',
] as const;

/** Where an observation is not what the profile asks for: one `asked X, got Y` line each; none when it conforms. */
export function mismatches(profile: Asked, observation: Observation): readonly string[] {
  const { name, mapping, filtering } = profile;
  const asked = {
    mapping,
    filtering,
    hairpin: hairpinOf(profile),
    early: earlyOf(profile, observation),
    unsolicited: unsolicitedOf(profile),
    addresses: addressesOf(profile),
    keepsAddress: isAddressKept(profile),
    keepsPorts: isPortKept(profile),
    keepsParity: isParityKept(profile),
    collision: collisionOf(profile, observation),
  };
  const axes = AXES.filter((axis) => asked[axis] !== undefined && asked[axis] !== observation[axis]).map(
    (axis) => `${name}: ${axis}: asked ${asked[axis]}, got ${observation[axis]}`,
  );
  if (axes.length > 0) return axes;
  const ports = portsOf(mapping, observation);
  return fits(profile, ports) ? [] : [`${name}: ports: asked ${profile.ports}, got ${ports.join(', ')}`];
}

/** Hairpinned packets are filtered like any other. Only an endpoint-independent mapping has a source that is known beforehand. */
function hairpinOf({ mapping, filtering, hairpin }: Asked): Hairpin | undefined {
  if (hairpin === undefined || (hairpin && mapping !== 'endpoint-independent')) return undefined;
  return hairpin ? filtering : 'none';
}

/** A packet that the filter lets in is not early. Undefined where the observation cannot tell. */
function earlyOf({ filtering, inboundFirst }: Asked, { early }: Observation): Early | undefined {
  if (early === null) return undefined;
  return inboundFirst && filtering !== 'endpoint-independent' ? 'changes-port' : 'forgotten';
}

/** Of what translates, only what stands for one host from the start lets in what no socket has asked for. */
function unsolicitedOf({ translation, filtering, hairpin, unsolicited }: Asked): Unsolicited | undefined {
  if (hairpin === undefined) return unsolicited;
  return translation === 'static' && filtering === 'endpoint-independent' ? 'let-in' : 'dropped';
}

function addressesOf({ poolSize, pooling }: Asked): Addresses | undefined {
  if (poolSize === undefined) return undefined;
  return poolSize > 1 && pooling === 'arbitrary' ? 'several' : 'one';
}

/** Undefined where neither was asked for. */
function isAddressKept({ translation, hairpin }: Asked): boolean | undefined {
  if (translation === 'none') return true;
  return hairpin === undefined ? undefined : false;
}

/** No other host has the ports of the sockets that are looked at. What translates no port is the same as what preserves them. */
function isPortKept({ translation = 'napt', ports }: Asked): boolean | undefined {
  if (translation !== 'napt' || ports === 'preserved') return true;
  return ports === 'parity' ? false : undefined;
}

function isParityKept({ ports }: Asked): true | undefined {
  return ports === 'parity' ? true : undefined;
}

/** An arbitrary pool may be one NAT for each address, which know nothing of each other. Undefined where nobody could tell. */
function collisionOf({ hairpin, poolSize = 1, pooling }: Asked, { collision }: Observation): Collision | undefined {
  if (collision === null || hairpin === undefined || (poolSize > 1 && pooling === 'arbitrary')) return undefined;
  return 'avoided';
}

/** The public ports of the mapping socket, one for each mapping, in the order in which they were made. */
function portsOf(mapping: Dependency, { mapped }: Observation): readonly number[] {
  const perMapping = { 'endpoint-independent': 4, 'address-dependent': 2, 'address-and-port-dependent': 1 }[mapping];
  return mapped.filter((_, index) => index % perMapping === 0).map(({ port }) => port);
}

/** A counter wraps around within the user ports. Counters and blocks belong to one public address; a pool cannot be judged. */
const USER_PORT_COUNT = 65_536 - 1024;

function fits(asked: Asked, ports: readonly number[]): boolean {
  const { ports: allocation, portStep = 1, blockSize = DEFAULT_BLOCK_SIZE, poolSize = 1 } = asked;
  if (poolSize > 1) return true;
  const steps = ports.slice(1).map((port, index) => port - (ports[index] ?? 0));
  switch (allocation) {
    case 'sequential':
    case 'socket-sequential':
      return steps.every((step) => (step - portStep) % USER_PORT_COUNT === 0);
    case 'block':
      return Math.max(...ports) - Math.min(...ports) < blockSize;
    case 'random':
      return steps.length < 2 || steps.some((step) => step !== steps[0]);
    default:
      return true;
  }
}
