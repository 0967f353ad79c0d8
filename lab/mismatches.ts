/** Where what was observed of a NAT is not what its profile asks for. */
import type { Dependency } from '../src/nat/behavior.ts';
import type { Addresses, Early, Hairpin, Observation, Unsolicited } from './conformance.ts';
import { DEFAULT_BLOCK_SIZE, type NatProfile } from './profiles.ts';

/** The part of a profile that an observation can be held to; without `hairpin` there is nothing that could translate. */
export type Asked = Pick<NatProfile, 'name' | 'mapping' | 'filtering'> &
  Partial<
    Pick<
      NatProfile,
      'translation' | 'hairpin' | 'inboundFirst' | 'ports' | 'portStep' | 'blockSize' | 'poolSize' | 'pooling'
    >
  >;

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
    keepsPorts: isPortKept(profile),
  };
  const axes = (['mapping', 'filtering', 'hairpin', 'early', 'unsolicited', 'addresses', 'keepsPorts'] as const)
    .filter((axis) => asked[axis] !== undefined && asked[axis] !== observation[axis])
    .map((axis) => `${name}: ${axis}: asked ${asked[axis]}, got ${observation[axis]}`);
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

/** Only what stands for one host from the start lets in what no socket has asked for. Undefined where nothing translates. */
function unsolicitedOf({ translation, filtering, hairpin }: Asked): Unsolicited | undefined {
  if (hairpin === undefined) return undefined;
  return translation === 'static' && filtering === 'endpoint-independent' ? 'let-in' : 'dropped';
}

function addressesOf({ poolSize, pooling }: Asked): Addresses | undefined {
  if (poolSize === undefined) return undefined;
  return poolSize > 1 && pooling === 'arbitrary' ? 'several' : 'one';
}

/** A NAPT may keep them all as well, while nobody else has them. */
function isPortKept({ translation = 'napt' }: Asked): true | undefined {
  return translation === 'napt' ? undefined : true;
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
