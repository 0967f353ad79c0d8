/**
 * The network that a packet is from, as a number: the /24 for IPv4, the /48 for IPv6. Providers route nothing smaller
 * to each other, so that packets forged in the name of one network count together, whichever of its addresses they use.
 */
const DOT = 46;
const COLON = 58;
const PERCENT = 37;
/** In an IPv6 address as the system writes it, digits sort below `a`, and letters are in lower case. */
const LETTER_A = 97;
const DIGIT_0 = 48;
const OCTETS = 3;
const GROUPS = 3;

/**
 * Hashes the network of an address to 32 bits, under a seed that nobody outside knows. It needs no more strength:
 * whoever finds two networks that share a bucket can do no more to one of them than by forging its addresses.
 * @param address as the system writes it: four decimal numbers, or RFC 5952
 */
export function prefixHash(address: string, seed: number): number {
  return address.includes(':') ? hashOfIpv6(address, seed) : mixed(seed, octetsOf(address));
}

/** Reads the first three numbers of an IPv4 address as one. */
function octetsOf(address: string): number {
  let octets = 0;
  let octet = 0;
  for (let at = 0, dots = 0; dots < OCTETS && at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      octets = octets * 256 + octet;
      octet = 0;
      dots++;
    } else octet = octet * 10 + (code - DIGIT_0);
  }
  return octets;
}

/** Hashes the first three groups of an IPv6 address; a `::` among them makes the rest of the three zero. */
function hashOfIpv6(address: string, seed: number): number {
  let hash = seed;
  let group = 0;
  let groups = 0;
  for (let at = 0; groups < GROUPS; at++) {
    const code = address.charCodeAt(at);
    // `charCodeAt` gives NaN at the end.
    if (code === COLON || code === PERCENT || Number.isNaN(code)) {
      hash = mixed(hash, group);
      groups++;
      group = 0;
      if (code !== COLON || address.charCodeAt(at + 1) === COLON) break;
    } else group = group * 16 + (code < LETTER_A ? code - DIGIT_0 : code - LETTER_A + 10);
  }
  while (groups++ < GROUPS) hash = mixed(hash, 0);
  return hash;
}

/** Mixes one more word in with the finalizer of MurmurHash3, in which every input bit reaches every output bit. */
function mixed(hash: number, word: number): number {
  let bits = hash ^ word;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
