/** Two peers of a simulated cluster meet, and something fails at one moment of that: in which step, and what comes of it. */
import { start } from './sim-cluster.ts';
import type { SimClock, SimNode, SimRedis } from './sim-redis.ts';
import { type SideStep, type SimSide, startSide } from './sim-side.ts';

interface Faulty {
  readonly clock: SimClock;
  readonly redis: SimRedis;
  readonly nodes: readonly SimNode[];
  readonly home: SimNode;
  readonly other: SimNode;
  readonly third: SimNode;
}

function cutAll(downMs: number, nodes: readonly SimNode[]): void {
  for (const node of nodes) node.cut(downMs);
}

export const FAULTS: Readonly<Record<string, (faulty: Faulty) => void>> = {
  'home killed': ({ home }) => home.kill(),
  'other node killed': ({ other }) => other.kill(),
  'third node killed': ({ third }) => third.kill(),
  'home stopped for 3 s': ({ home }) => home.stop(3_000),
  'home ends': ({ clock, home }) => {
    home.handle({ kind: 'closing' });
    clock.after(5, home.kill);
  },
  'home drains': ({ home }) => home.handle({ kind: 'draining' }),
  'Redis restarted': ({ redis, nodes }) => {
    redis.lose();
    cutAll(100, nodes);
  },
  'Redis away for 5 s': ({ redis, nodes }) => {
    redis.lose();
    cutAll(5_000, nodes);
  },
  'a message lost on the way to home': ({ home }) => home.lose(),
  'a message lost on the way to the other': ({ other }) => other.lose(),
};

/** The steps of both together, in order. */
export const STEPS = ['joining', 'joined', 'ticket shown', 'asked', 'introduced', 'punching', 'path open'] as const;
export type Step = (typeof STEPS)[number] | 'signal under way';

export interface Outcome {
  readonly step: Step;
  /** Done as without the fault; after a side came back; by another introduction; or not at all. */
  readonly kind: 'done' | 'came back' | 'introduced again' | 'failed';
  /** Whether each has heard the other's signal. */
  readonly heardSignals: boolean;
  readonly sides: readonly SimSide[];
  readonly tookMs: number;
}

const SECOND_COMES_MS = 15;
/** Far more than any of the faults lasts. */
const END_MS = 40_000;

/** Has the fault at that time after the first side has come. */
export function meetWith(fault: (faulty: Faulty) => void, atMs: number): Outcome {
  const { clock, redis, nodes, a: home, b: other } = start(3);
  const [, , third = home] = nodes;
  const sides: SimSide[] = [];
  const common = { clock, nodes };
  const startedAt = clock.now();
  clock.after(0, () => {
    sides.push(startSide({ ...common, id: 'alice', at: home, socketPort: 1, peer: () => sides[1] }));
  });
  clock.after(SECOND_COMES_MS, () => {
    sides.push(startSide({ ...common, id: 'bob', at: other, socketPort: 2, peer: () => sides[0] }));
  });
  clock.pass(atMs);
  const step = stepOf(sides, home);
  fault({ clock, redis, nodes, home, other, third });
  const isDone = (): boolean => sides.length === 2 && sides.every((side) => side.isOpen());
  while (!isDone() && clock.now() - startedAt < END_MS) clock.pass(10);
  const tookMs = clock.now() - startedAt;
  // Whatever comes twice comes by then, and so does the last signal.
  clock.pass(3_000);
  return {
    step,
    kind: kindOf(sides),
    heardSignals: sides.every((one) => one.step() === 'signal heard'),
    sides,
    tookMs,
  };
}

/** The step of whoever is less far; an introduction counts from the moment at which the home has made it. */
function stepOf(sides: readonly SimSide[], home: SimNode): Step {
  const steps = sides.length < 2 ? (['joining'] as const) : sides.map((side): SideStep => side.step());
  if (steps.every((one) => one === 'path open' || one === 'signal heard')) {
    return steps.includes('path open') ? 'signal under way' : 'path open';
  }
  const least =
    steps.toSorted((one, other) => STEPS.indexOf(one as never) - STEPS.indexOf(other as never))[0] ?? 'joining';
  if (home.rendezvous.counts.introductions > 0 && STEPS.indexOf(least as never) < STEPS.indexOf('introduced'))
    return 'introduced';
  return least as Step;
}

function kindOf(sides: readonly SimSide[]): Outcome['kind'] {
  const [one, other] = sides;
  const isRight = one?.isOpen() && other?.isOpen() && one.keys.at(-1) === other.keys.at(-1);
  if (!isRight) return 'failed';
  if (sides.some(({ keys }) => keys.length > 1)) return 'introduced again';
  return sides.some((side) => side.returns() > 0) ? 'came back' : 'done';
}
