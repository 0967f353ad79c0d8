/** Accesses: names looked up, own profiles filled in, rows and columns put together. */
import { ACCESS_NAMES, behindNat } from '../../accesses.ts';
import {
  type AccessProfile,
  CLASSIC_NATS,
  IPV6_ACCESSES,
  IPV6_DROPPED,
  ipv6Beside,
  type NamedAccess,
  type NatProfile,
} from '../../profiles.ts';
import type { Path } from '../path.ts';
import type { AccessesInput, AccessInput, NatsInput, ProfileInput } from '../shape/access.ts';
import { SET_NAMES } from '../text/access-name.ts';
import { mark, type Reading } from './reading.ts';

/** Each access of a row and of a column is a router and a client. */
const LIST_MAX = 16;

/** RFC 4787 REQ-5. */
const LIFETIME_MS = 120_000;

export interface Grid {
  readonly rows: readonly NamedAccess[];
  readonly columns: readonly NamedAccess[];
}

/** Returns what the rows and columns are; the four classic NATs if nothing is said. */
export function gridOf(reading: Reading, nats: NatsInput | undefined): Grid {
  const path = ['nats'];
  if (nats === undefined || 'rows' in nats) {
    const classic = CLASSIC_NATS.map(behindNat);
    if (!nats) return { rows: classic, columns: classic };
    return {
      rows: listOf(reading, { items: nats.rows, path: [...path, 'rows'], where: ['rows'] }),
      columns: listOf(reading, { items: nats.columns, path: [...path, 'columns'], where: ['columns'] }),
    };
  }
  const list = listOf(reading, { items: nats, path, where: ['rows', 'columns'] });
  return { rows: list, columns: list };
}

interface List {
  readonly items: readonly AccessesInput[];
  readonly path: Path;
  readonly where: readonly ('rows' | 'columns')[];
}

function listOf(reading: Reading, { items, path, where }: List): readonly NamedAccess[] {
  const isName = reading.source.textAt(path) !== undefined;
  const found: NamedAccess[] = [];
  for (const [index, item] of items.entries()) {
    const at = isName ? path : [...path, index];
    for (const access of 'name' in item ? [ownAccess(reading, item, at)] : item) {
      if (found.some(({ name }) => name === access.name)) reading.report(at, `${access.name} is there twice`);
      for (const list of where) mark(reading, `${list}[${found.length}]`, at);
      found.push(access);
    }
  }
  if (found.length > LIST_MAX) {
    reading.report(
      path,
      `these are ${found.length} accesses, and a lab has ${LIST_MAX} at most in its rows and in its columns`,
    );
  }
  return found;
}

/** Returns the one access that a further side has. */
export function accessOf(reading: Reading, input: AccessInput, path: Path): NamedAccess {
  return 'mapping' in input ? ownAccess(reading, input, path) : input;
}

function ownAccess(reading: Reading, input: ProfileInput, path: Path): NamedAccess {
  const { name } = input;
  if ([...ACCESS_NAMES, ...SET_NAMES].includes(name)) {
    reading.report([...path, 'name'], `${name} is a name of the lab: give yours another one`);
  }
  const outer = input.behind && carrierOf(reading, input.behind, [...path, 'behind']);
  const ipv6 = [...IPV6_ACCESSES, IPV6_DROPPED].find((one) => one.name === input.ipv6)?.access;
  const access: AccessProfile = { kind: 'nat', layers: [profileOf(input), ...(outer ? [outer] : [])] };
  return { name, access, ...(ipv6 && { ipv6: ipv6Beside(access, ipv6) }) };
}

function profileOf(input: ProfileInput): NatProfile {
  const { name, mapping, filtering, translation } = input;
  const { 'port-step': portStep, 'block-size': blockSize, 'inbound-first': inboundFirst } = input;
  return {
    ...{ name, mapping, filtering },
    ports: input.ports ?? (mapping === 'endpoint-independent' ? 'preserved' : 'random'),
    lifetimeMs: input.lifetime ?? LIFETIME_MS,
    hairpin: input.hairpin ?? false,
    poolSize: input.pool ?? 1,
    pooling: input.pooling ?? 'paired',
    ...(translation !== undefined && { translation }),
    ...(portStep !== undefined && { portStep }),
    ...(blockSize !== undefined && { blockSize }),
    ...(inboundFirst !== undefined && { inboundFirst }),
  };
}

function carrierOf(reading: Reading, { name, access, ipv6 }: NamedAccess, path: Path): NatProfile | null {
  const [carrier, ...others] = access.kind === 'nat' ? access.layers : [];
  if (carrier && others.length === 0 && !ipv6) return { ...carrier, name: 'carrier' };
  reading.report(path, `a carrier has one NAT without IPv6, and ${name} is not that`);
  return null;
}
