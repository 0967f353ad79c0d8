/** What the public side must see of a site in one family. */
import type { Family } from '../../../src/endpoint.ts';
import type { Unsolicited } from '../../conformance.ts';
import type { Asked } from '../../mismatches.ts';
import { type AccessProfile, type ObservedAccess, observedAccess } from '../../profiles.ts';
import { publicAddress6Of, publicAddressesOf, type SitePlan } from '../topology/plan.ts';

export type AskedOfSite =
  /** No UDP at all. */
  | { readonly kind: 'no-udp'; readonly name: string }
  | {
      readonly kind: 'udp';
      readonly asked: Asked;
      /** The public addresses of the first client. */
      readonly seenAs: readonly string[];
      /** Where nothing translates; null where `asked` says it. */
      readonly unsolicited: Unsolicited | null;
    };

/** Null if the site does not have the family. */
export function askedOf(plan: SitePlan, family: Family): AskedOfSite | null {
  const access = family === 'IPv4' ? plan.access : plan.ipv6;
  if (access === null) return null;
  const name = plan.ipv6 ? `${plan.name} (${family})` : plan.name;
  if (access.kind === 'dropped') return { kind: 'no-udp', name };
  const observed = observedAccess(access);
  if (observed.kind === 'no-udp') return { kind: 'no-udp', name };
  const isNat = access.kind === 'nat';
  const seenAs = isNat ? translatedTo(plan, family) : clientOf(plan, family);
  const unsolicited = isNat ? null : access.kind === 'open' ? 'let-in' : 'dropped';
  return { kind: 'udp', asked: asked(name, { access, observed }), seenAs, unsolicited };
}

function translatedTo(plan: SitePlan, family: Family): readonly string[] {
  if (family === 'IPv4') return publicAddressesOf(plan);
  const address = publicAddress6Of(plan);
  return address === null ? [] : [address];
}

function clientOf({ place, place6 }: SitePlan, family: Family): readonly string[] {
  const [client] = (family === 'IPv4' ? place : place6)?.clients ?? [];
  return client ? [client.address] : [];
}

/** Where nothing is translated, every destination sees the one local endpoint, and there is nothing to hairpin. */
function asked(
  name: string,
  options: { readonly access: AccessProfile; readonly observed: ObservedAccess & { readonly kind: 'udp' } },
): Asked {
  const { access, observed } = options;
  const { filtering } = observed;
  const mapping = observed.mapping === 'none' ? 'endpoint-independent' : observed.mapping;
  if (access.kind !== 'nat') return { name, filtering, mapping };
  const [nat, ...outer] = access.layers;
  // How one NAT chooses ports and treats early packets cannot be seen through another.
  if (outer.length === 0) return { ...nat, name };
  const translation = access.layers.every((layer) => layer.translation === 'static') ? 'static' : 'napt';
  return { name, filtering, mapping, translation, hairpin: nat.hairpin };
}
