/** Finds addresses for a lab on an engine that may have other labs: the first of a few sets that nobody there has. */
import { AddressesTakenError } from './addresses-taken-error.ts';
import { type Addressing, DEFAULT_ADDRESSING } from './addressing.ts';

/**
 * Public ranges that are nobody's: two for documentation (RFC 5737; the third is the default), and then parts of the test
 * network of AMPRNet, 44.128.0.0/16, which is routed nowhere. Benchmarks' addresses (RFC 2544) would not do: a relay refuses
 * them, as it has to.
 */
const PUBLIC_PREFIXES = ['198.51.100', '192.0.2', ...Array.from({ length: 12 }, (_, index) => `44.128.${101 + index}`)];
/** How many sites without translation a lab may have before it meets those of the next one. */
const ROUTED_SITES = 30;
const ROUTED_PREFIXES = ['198.19', '198.18'];

/** The default addresses are not among them: they are for a lab that is used by hand. */
export const FREE_ADDRESSINGS: readonly Addressing[] = PUBLIC_PREFIXES.map((publicPrefix, index) => ({
  publicPrefix,
  privatePrefix: `10.${114 + index}`,
  routedPrefix: ROUTED_PREFIXES[index % 2] ?? DEFAULT_ADDRESSING.routedPrefix,
  routedFirst: (1 + Math.floor(index / 2)) * ROUTED_SITES,
  carrierPrefix: `100.${65 + index}`,
}));

/**
 * Tries `start` with one set of addresses after the other, until the engine takes one; what a failed try has left is for
 * `clear` to remove.
 * @throws AddressesTakenError when all sets are taken; whatever else `start` throws, at once.
 */
export async function onFreeAddresses<T>(
  start: (addressing: Addressing) => Promise<T>,
  clear: () => Promise<void>,
): Promise<T> {
  let taken: AddressesTakenError | undefined;
  for (const addressing of FREE_ADDRESSINGS) {
    try {
      return await start(addressing);
    } catch (error) {
      if (!(error instanceof AddressesTakenError)) throw error;
      taken = error;
      await clear();
    }
  }
  throw new AddressesTakenError('all addresses that a lab takes are taken on this engine', { cause: taken });
}
