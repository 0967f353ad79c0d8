/** Picks the port of a relayed socket at random, since it must not be easy to guess (RFC 8656 §7.2, RFC 6056). */
import type { Family } from '../../../../src/endpoint.ts';
import { peerKey, type State } from '../state.ts';

/** A port that no allocation of the family has, or null when all are taken. Another program may still hold it. */
export function pickPort(
  { ports: { first, last }, addresses, byRelayed, randomBytes }: State,
  { family, even }: { readonly family: Family; readonly even: boolean },
): number | null {
  const address = addresses[family] ?? '';
  const step = even ? 2 : 1;
  const lowest = even ? first + (first % 2) : first;
  const count = Math.floor((last - lowest) / step) + 1;
  if (count <= 0) return null;
  const start = Buffer.from(randomBytes(4)).readUInt32BE() % count;
  for (let tried = 0; tried < count; tried++) {
    const port = lowest + ((start + tried) % count) * step;
    if (!byRelayed.has(peerKey({ address, port }))) return port;
  }
  return null;
}
