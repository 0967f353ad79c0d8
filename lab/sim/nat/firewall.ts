/** Boxes that translate nothing: a stateful firewall, and those that know no more than what passes at all. */
import { formatEndpoint } from '../../../src/endpoint.ts';
import { drop, type Middlebox, pass } from '../network/middlebox.ts';
import { createFilter, type Filter, type FilterOptions } from './filter.ts';
import { requireFilter } from './require-profile.ts';

/**
 * Lets in what the inside has asked for, by the terms of RFC 4787 §5, and drops the rest without a word.
 * @throws RangeError when the filtering is none of RFC 4787's, or the lifetime is negative.
 */
export function createFirewall(options: FilterOptions): Middlebox {
  requireFilter(options);
  const filters = new Map<string, Filter>();
  return {
    outbound: (now, packet) => {
      const key = `${packet.protocol} ${formatEndpoint(packet.from)}`;
      const filter = filters.get(key) ?? createFilter(options);
      filters.set(key, filter);
      filter.open(now, packet.to);
      return pass('outside', packet);
    },
    inbound: (now, packet) => {
      const filter = filters.get(`${packet.protocol} ${formatEndpoint(packet.to)}`);
      return filter?.allows(now, packet.from) ? pass('inside', packet) : drop('filtered');
    },
    reboot: () => filters.clear(),
  };
}

/** Passes TCP both ways and no UDP. */
export function createUdpBlock(): Middlebox {
  return {
    outbound: (_now, packet) => (packet.protocol === 'udp' ? drop('udp-blocked') : pass('outside', packet)),
    inbound: (_now, packet) => (packet.protocol === 'udp' ? drop('udp-blocked') : pass('inside', packet)),
  };
}

/** Passes everything both ways. */
export function createRoute(): Middlebox {
  return {
    outbound: (_now, packet) => pass('outside', packet),
    inbound: (_now, packet) => pass('inside', packet),
  };
}

/** Passes nothing. */
export function createBlackHole(): Middlebox {
  return { outbound: () => drop('black-hole'), inbound: () => drop('black-hole') };
}
