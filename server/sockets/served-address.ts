/**
 * The addresses that a server is given. Each has two sides: the one of this host that its sockets bind, and the one that
 * clients know it by. They differ behind a 1:1 NAT, as clouds have it.
 */
import ipaddr from 'ipaddr.js';
import { type Family, familyOf } from '../../src/endpoint.ts';
import { StartError } from '../start-error.ts';

/** A primary address, and one to change to (RFC 5780 §6). */
const MAX_ADDRESSES_PER_FAMILY = 2;

export interface ServedAddress {
  /** The address of this host; IPv6 is written as RFC 5952 has it, on both sides. */
  readonly bound: string;
  /** What stands for it in every message; the same where nothing translates it. */
  readonly announced: string;
}

/** The addresses of one family, the primary one first. */
export type FamilyAddresses = readonly [ServedAddress] | readonly [ServedAddress, ServedAddress];

/**
 * Reads `ADDRESS` or `BOUND=ANNOUNCED`, and returns the addresses of each family in use, IPv4 first.
 * @throws StartError when one is no address that a single host has, is given twice, or is one too many.
 */
export function servedAddresses(texts: readonly string[]): readonly FamilyAddresses[] {
  const served = texts.map(readAddress);
  for (const side of ['bound', 'announced'] as const) {
    const addresses = served.map((one) => one[side]);
    const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
    if (twice !== undefined) throw new StartError('duplicate-address', `${twice} is given twice`);
  }
  if (served.length === 0) throw new StartError('no-address', 'there is no address to listen on');
  return (['IPv4', 'IPv6'] as const).flatMap((family) => ofFamily(served, family));
}

function readAddress(text: string): ServedAddress {
  const [first = '', second = first, third] = text.split('=');
  if (third !== undefined)
    throw new StartError('bad-address', `'${text}' is not an address, nor two as PRIVATE=PUBLIC`);
  const [bound, announced] = [checkedAddress(first), checkedAddress(second)];
  if (familyOf(bound) === familyOf(announced)) return { bound, announced };
  throw new StartError('bad-address', `${text} is an address of each family: a 1:1 NAT has both of one`);
}

function checkedAddress(text: string): string {
  if (!ipaddr.isValid(text) || (familyOf(text) === 'IPv4' && !ipaddr.IPv4.isValidFourPartDecimal(text))) {
    throw new StartError('bad-address', `'${text}' is not an IP address`);
  }
  const address = ipaddr.parse(text);
  const range = address.range();
  switch (range) {
    case 'unspecified':
      throw new StartError('bad-address', `${text} means every address: name the ones that replies are to come from`);
    case 'multicast':
    case 'broadcast':
    case 'ipv4Mapped':
    case 'linkLocal':
      throw new StartError('bad-address', `${text} cannot be served from: it is ${RANGE_NAME[range]}`);
    default:
      return address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();
  }
}

const RANGE_NAME = {
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  ipv4Mapped: 'an IPv4 address written as IPv6',
  linkLocal: 'valid on one link only',
} as const;

function ofFamily(served: readonly ServedAddress[], family: Family): readonly FamilyAddresses[] {
  const [primary, other, third] = served.filter(({ bound }) => familyOf(bound) === family);
  if (third !== undefined) {
    const most = MAX_ADDRESSES_PER_FAMILY;
    throw new StartError(
      'too-many-addresses',
      `${third.bound} is one ${family} address too many: at most ${most} are used`,
    );
  }
  if (primary === undefined) return [];
  return [other === undefined ? [primary] : [primary, other]];
}
