/** Renders what labs leave, and what of it was removed. */
import type { Remains } from '../../../lab/docker/remains/remains.ts';
import { bytesWords } from '../../../lab/results/amounts.ts';
import { visible } from '../../../src/visible.ts';

/** Returns one line with its line feed that says what is left; empty if nothing is. */
export function renderLeft(remains: Remains): string {
  const parts = partsOf(remains);
  if (parts.length === 0) return '';
  return `left for the next lab: ${parts.join('; ')}; natcheck lab prune removes them\n`;
}

/** Returns lines without a trailing newline: what was removed, what stays, and how much is free now. */
export function renderPruned(removed: Remains): string {
  const parts = partsOf(removed);
  const { images, fileSystems, engines, kept } = removed;
  const bytes = [images, fileSystems, engines].reduce((sum, amount) => sum + (amount?.bytes ?? 0), 0);
  const freed = parts.length === 0 ? 'nothing to remove' : `${bytesWords(bytes)} freed`;
  return [...parts.map((part) => `removed ${part}`), ...kept.map(visible), freed].join('\n');
}

function partsOf({ images, fileSystems, engines }: Remains): readonly string[] {
  return [
    ...part(images, 'image', `on ${images?.host}`),
    ...part(fileSystems, 'file system', `in ${fileSystems.dir}`),
    ...part(engines, 'private engine', `in ${engines.dir}`),
  ];
}

/** None for nothing. */
function part(amount: { readonly count: number; readonly bytes: number } | null, one: string, place: string) {
  if (amount === null || amount.count === 0) return [];
  const { count, bytes } = amount;
  return [`${count} ${one}${count === 1 ? '' : 's'} ${visible(place)} (${bytesWords(bytes)})`];
}
