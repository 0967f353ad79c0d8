/** Breaks what the faults of a try are to break, and mends it afterwards. */
import type { LabSite } from '../../docker/lab.ts';
import type { FaultAction, SideName } from '../../file/lab-file.ts';
import type { RunningHelper } from '../bed/helper.ts';
import { everyNth } from './every-nth.ts';

export interface Breaker {
  /** Resolves when it is in force. @throws Error when it cannot be made. */
  make(what: FaultAction): Promise<void>;
  /** Mends all that has been broken. */
  undo(): Promise<void>;
}

type Site = Pick<LabSite, 'router' | 'carrier' | 'renumber' | 'repair'>;
type Helper = Pick<RunningHelper, 'kill' | 'start'>;

export interface Breakable {
  readonly site: (side: SideName) => Site;
  readonly helper: (name: string) => Helper;
}

export function createBreaker({ site, helper }: Breakable): Breaker {
  const sites = new Set<Site>();
  const helpers = new Set<Helper>();
  return {
    make: async (what) => {
      // Before it is made: half of it may be in force when it fails.
      if (what.kind === 'kill' || what.kind === 'start') {
        const one = helper(what.helper);
        helpers.add(one);
        return what.kind === 'kill' ? one.kill() : one.start();
      }
      const one = site(what.side);
      sites.add(one);
      await breakSite(one, what);
    },
    undo: async () => {
      const broken = [...sites].map((one) => one.repair());
      const killed = [...helpers].map((one) => one.start());
      sites.clear();
      helpers.clear();
      await Promise.all([...broken, ...killed]);
    },
  };
}

type SideFault = Exclude<FaultAction, { readonly kind: 'kill' | 'start' }>;

async function breakSite({ router, carrier, renumber }: Site, what: SideFault): Promise<void> {
  const outermost = carrier ?? router;
  switch (what.kind) {
    case 'loss':
      return outermost.loseEveryNth(everyNth(what.percent));
    case 'forget':
      await Promise.all([router, ...(carrier ? [carrier] : [])].map((one) => one.forget()));
      return;
    case 'renumber':
      await renumber();
      return;
    case 'reboot':
      return router.reboot();
    case 'cut':
      return outermost.cut();
    case 'restore':
      return outermost.restore();
  }
}
