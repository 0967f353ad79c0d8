/** The options of a partner, checked before any socket is opened. */
import { canonicalAddress, type Family, familyOf } from '../../src/endpoint.ts';
import { parseServerName } from '../../src/net/lookup/server-name.ts';
import type { FamilyAddresses } from '../sockets/served-address.ts';
import { StartError } from '../start-error.ts';

/** A key of 128 bits takes 22 characters of base64; whoever records datagrams may guess at the secret at leisure. */
const SECRET_MIN_CHARACTERS = 22;
const SECRET_MAX_CHARACTERS = 256;

export interface PartnerOptions {
  /**
   * The other server, by a name or an address at which clients reach it: one for all families, or one for each. A URL
   * of its rendezvous stands for the host in it.
   */
  readonly hosts: readonly string[];
  /** What both servers know, and nobody else. */
  readonly secret: string;
}

/**
 * Checks them; `families` has the addresses of each family that the server has.
 * @throws StartError when a host is none, or there is no family in which a partner is of use.
 */
export function checkPartner({ hosts, secret }: PartnerOptions, families: readonly FamilyAddresses[]): void {
  if (secret.length < SECRET_MIN_CHARACTERS || secret.length > SECRET_MAX_CHARACTERS) {
    throw bad(`the partner secret must have ${SECRET_MIN_CHARACTERS} to ${SECRET_MAX_CHARACTERS} characters`);
  }
  const names = hosts.map(partnerHost);
  const alone = families.filter(({ length }) => length === 1).map(([one]) => familyOf(one.announced));
  if (alone.length === 0) throw bad('a partner is of use only in a family of which the server has one address');
  for (const family of ['IPv4', 'IPv6'] as const) {
    const literals = names.filter((name) => literalFamily(name) === family);
    const [first, second] = literals;
    if (second !== undefined) throw bad(`${first} and ${second} are two partners of ${family}: there can be one`);
    if (first !== undefined && !alone.includes(family)) {
      throw bad(`the partner ${first} is of no use: the server does not have exactly one ${family} address`);
    }
    if (families.flat().some(({ bound, announced }) => bound === first || announced === first)) {
      throw bad(`the partner ${first} is the server itself`);
    }
  }
  if (names.filter((name) => literalFamily(name) === null).length > 1) throw bad('two partners are given by name');
}

/**
 * Reads the host of `HOST`, `ADDRESS`, `[IPv6]` or a URL, in the form in which addresses are compared.
 * @throws StartError when it is none.
 */
export function partnerHost(text: string): string {
  const url = /^wss?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : null;
  let name: ReturnType<typeof parseServerName>;
  try {
    name = parseServerName(url ? url.hostname : text);
  } catch (error) {
    throw bad(`the partner ${(error as Error).message.replace(': write HOST, HOST:PORT or [IPv6]:PORT', '')}`);
  }
  if (name.port !== null) {
    throw bad(`the partner ${text} is given with a port: partners have the same ports, so name the host alone`);
  }
  return literalFamily(name.host) === null ? name.host : canonicalAddress(name.host);
}

/** The family of an address; null for a name. */
export function literalFamily(host: string): Family | null {
  return /^[\d.]+$|:/.test(host) ? familyOf(host) : null;
}

function bad(message: string): StartError {
  return new StartError('bad-partner', message);
}
