/** Lets go of the path of a punch that has its sockets to itself. */
import type { Endpoint } from '../../endpoint.ts';
import { createOwner } from '../../net/owner.ts';
import type { Ground } from '../ground.ts';
import type { MeetResult } from '../meet.ts';
import type { Path, PathStats } from '../path/path.ts';
import type { HandedOver } from './handed-over.ts';

interface HandOverParts {
  readonly path: Pick<Path, 'stats'> | null;
  readonly giveUp: MeetResult['giveUp'];
  readonly ground: Pick<Ground, 'keepMappings'>;
  /** Ends everything that the punch has, but what the ground has given away. */
  readonly end: () => Promise<void>;
}

/** @throws Error when there is no path, or it goes through a relay; what `end` throws. */
export async function handOver({ path, giveUp, ground, end }: HandOverParts): Promise<HandedOver> {
  const ends = endsOf(path?.stats().pair ?? null);
  if (!ends || !giveUp) return refuseHandOver();
  await using owner = createOwner();
  owner.use(ground.keepMappings());
  await giveUp();
  await end();
  const kept = owner.move();
  return { ...ends, [Symbol.asyncDispose]: kept[Symbol.asyncDispose] };
}

/** @throws Error always. */
export async function refuseHandOver(): Promise<never> {
  throw new Error('only a direct path can be handed over');
}

/** Both ends of a direct pair, as this host knows them. */
function endsOf(pair: PathStats['pair']): { readonly local: Endpoint; readonly remote: Endpoint } | null {
  if (!pair?.local.bound || pair.remote.type === 'relay') return null;
  return { local: pair.local.bound, remote: pair.remote.endpoint };
}
