/** The layout of a server with what is known of its partner. */
import type { Layout } from '../stun/decisions/layout.ts';

/** Makes a layout for each state of the partner once, since it is asked for with every request. */
export function createLayouts(
  alone: Layout,
  { address, isUp }: { readonly address: () => string | null; readonly isUp: (now: number) => boolean },
): (now: number) => Layout {
  const withPartner = (one: string) => ({
    up: { ...alone, partner: { address: one, isUp: true } },
    down: { ...alone, partner: { address: one, isUp: false } },
  });
  let known: { readonly address: string; readonly layouts: ReturnType<typeof withPartner> } | null = null;
  return (now) => {
    const current = address();
    if (current === null) return alone;
    if (known?.address !== current) known = { address: current, layouts: withPartner(current) };
    return isUp(now) ? known.layouts.up : known.layouts.down;
  };
}
