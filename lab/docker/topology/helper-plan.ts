/** Plans the further hosts on the public network: each has a name, and an address in each family that the lab has. */
import { type Addressing, helperAddress, MAX_HELPERS } from './addressing.ts';
import { helperAddress6 } from './ipv6-addressing.ts';

export interface HelperPlan {
  readonly name: string;
  readonly address: string;
  /** Null in a lab without IPv6. */
  readonly address6: string | null;
}

/** What an engine takes in the name of a container. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** @throws Error when a name cannot be that of a host, or comes twice, or when there are too many. */
export function planHelpers(
  names: readonly string[],
  { addressing, hasIpv6 }: { readonly addressing: Addressing; readonly hasIpv6: boolean },
): readonly HelperPlan[] {
  if (names.length > MAX_HELPERS) {
    throw new Error(`the container lab has no more than ${MAX_HELPERS} helpers, not ${names.length}`);
  }
  return names.map((name, index) => {
    if (!NAME.test(name)) throw new Error(`a helper has a name of letters, digits, "-", "_" and ".", not "${name}"`);
    if (names.indexOf(name) !== index) throw new Error(`two helpers have the name "${name}"`);
    return { name, address: helperAddress(addressing, index), address6: hasIpv6 ? helperAddress6(index) : null };
  });
}
