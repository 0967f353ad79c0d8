/** Which labs do for whoever asks for another one. */
import type { Asked } from './lent.ts';

/** Whether a lab has all that is asked for, under the same names: it may have more sites, clients and helpers. */
export function covers(lab: Asked, asked: Asked): boolean {
  if ((lab.backbone ?? false) !== (asked.backbone ?? false)) return false;
  if ((lab.clientsPerNat ?? 1) < (asked.clientsPerNat ?? 1)) return false;
  const has = countOf([...(lab.profiles ?? []), ...(lab.helpers ?? [])]);
  const wants = countOf([...(asked.profiles ?? []), ...(asked.helpers ?? [])]);
  return [...wants].every(([one, count]) => (has.get(one) ?? 0) >= count);
}

function countOf(all: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(JSON.stringify(one), (counts.get(JSON.stringify(one)) ?? 0) + 1);
  return counts;
}
