/** A result as a link, which has no address in it: the verdict is in the fragment, which no server sees. */
import { VERDICT_TYPES, type VerdictType } from '../../src/nat/verdict.ts';

const KEY = 'result';

export function linkTo(page: string, { type }: { readonly type: VerdictType }): string {
  const url = new URL(page);
  url.hash = `${KEY}=${type}`;
  return url.href;
}

/** The verdict in a link; null where it has none, whatever else it has. */
export function sharedIn(page: string): VerdictType | null {
  const said = new URLSearchParams(new URL(page).hash.slice(1)).get(KEY);
  return VERDICT_TYPES.find((one) => one === said) ?? null;
}
