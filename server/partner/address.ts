/** Where a partner is: its address in one family, looked up again while it does not answer. */
import { type Family, familyOf } from '../../src/endpoint.ts';
import { createResolver, type Resolver } from '../../src/net/lookup/resolver.ts';
import { literalFamily, partnerHost } from './options.ts';

/** A name may lead elsewhere when its machine is a new one. */
export const LOOKUP_MS = 10_000;

export interface PartnerAddress extends Disposable {
  /** Null while it is not known. */
  readonly current: () => string | null;
}

export interface PartnerAddressOptions {
  readonly hosts: readonly string[];
  readonly family: Family;
  /** The server's own addresses, which a name may lead to by mistake. */
  readonly own: readonly string[];
  /** Whether it has to be looked for: the partner does not answer where it was. */
  readonly isMissed: () => boolean;
  /** Default: the system's. */
  readonly resolver?: Resolver | undefined;
}

/** Takes the address that is given, or else that of the name, from when it is found. */
export function findPartnerAddress(options: PartnerAddressOptions): PartnerAddress {
  const { hosts, family, own, isMissed, resolver = createResolver() } = options;
  const names = hosts.map(partnerHost);
  const literal = names.find((name) => literalFamily(name) === family);
  if (literal !== undefined) return { current: () => literal, [Symbol.dispose]: () => {} };
  const name = names.find((one) => literalFamily(one) === null);
  if (name === undefined) return { current: () => null, [Symbol.dispose]: () => {} };
  const abort = new AbortController();
  let address: string | null = null;
  const lookUp = async (): Promise<void> => {
    if (address !== null && !isMissed()) return;
    // A name that is not found now is asked for again.
    const found = await resolver.addresses(name, abort.signal).catch(() => []);
    const usable = found.map((one) => one.address).filter((one) => familyOf(one) === family && !own.includes(one));
    // Where the name has several addresses, the one in use stays.
    if (address === null || !usable.includes(address)) address = usable[0] ?? address;
  };
  void lookUp();
  const looking = setInterval(() => void lookUp(), LOOKUP_MS).unref();
  return {
    current: () => address,
    [Symbol.dispose]: () => {
      clearInterval(looking);
      abort.abort();
    },
  };
}
