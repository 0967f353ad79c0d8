/** What can happen to a whole site: it gets another public address, and everything that has happened is undone. */
import { runIn } from '../container/run-in.ts';
import { publicAddress6Of, publicAddressesOf, type SitePlan } from '../topology/plan.ts';
import { type Renumbering, renumberBackCommand, renumberCommand } from './link-faults.ts';
import type { LabRouter } from './router.ts';

export interface SiteFaults {
  /** The public addresses that it has after `renumber`; empty if it cannot be renumbered. */
  readonly spareAddresses: readonly string[];
  /**
   * Gives it another public address, as a router that restarts gets one: all mappings are forgotten, and nobody is answered at
   * the former address. Where IPv6 is translated, it gets another one there too. The second time, it gets the first ones back.
   * @returns the public address that it has now.
   * @throws Error where clients have public addresses of their own, or the router has several.
   */
  renumber(): Promise<string>;
  /** Undoes all that `loseEveryNth`, `cut` and `renumber` have done to its routers, and makes them forget all mappings. */
  repair(): Promise<void>;
}

/** @param routers from the inside out, one or two. */
export function siteFaults(plan: SitePlan, routers: readonly [LabRouter, ...LabRouter[]]): SiteFaults {
  const outermost = routers.at(-1) ?? routers[0];
  const renumberings = renumberingsOf(plan);
  const forget = async (): Promise<void> => void (await Promise.all(routers.map((router) => router.forget())));
  let isRenumbered = false;
  return {
    spareAddresses: renumberings.map(({ to }) => to),
    renumber: async () => {
      const [first] = renumberings;
      if (!first) throw new Error(`${plan.name} cannot be renumbered: ${whyNot(plan)}`);
      await runIn(outermost, isRenumbered ? renumberBackCommand(renumberings) : renumberCommand(renumberings));
      isRenumbered = !isRenumbered;
      await forget();
      return isRenumbered ? first.to : first.from;
    },
    repair: async () => {
      if (isRenumbered) await runIn(outermost, renumberBackCommand(renumberings));
      isRenumbered = false;
      await Promise.all(routers.flatMap((router) => [router.restore(), router.loseEveryNth(0)]));
      await forget();
    },
  };
}

function renumberingsOf(plan: SitePlan): readonly Renumbering[] {
  if (plan.spare === null) return [];
  const { address, address6 } = plan.spare;
  const [own] = publicAddressesOf(plan);
  const own6 = publicAddress6Of(plan);
  const ipv6 = address6 === null || own6 === null ? [] : [{ family: 'ip6', from: own6, to: address6 } as const];
  return [{ family: 'ip', from: own, to: address }, ...ipv6];
}

function whyNot({ access }: SitePlan): string {
  if (access.kind !== 'nat') return 'its clients have public addresses of their own';
  return (access.layers.at(-1)?.poolSize ?? 1) > 1
    ? 'its router has several public addresses'
    : 'the lab has no public address left for it';
}
