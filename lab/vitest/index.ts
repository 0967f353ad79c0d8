/** natcheck/vitest: a suite for each pair of NATs, in one lab for all that a file describes. */
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { type Engine, findEngine } from '../docker/engine/engine.ts';
import { ensureImage } from '../docker/image/image.ts';
import { type Lab, type LabOptions, type LabSite, startLab } from '../docker/lab.ts';
import type { Expectation } from '../docker/matrix/cell.ts';
import { labProfiles, natPairs, type Profiles } from '../docker/matrix/nat-pairs.ts';

/** The first lab of a machine makes its image, which takes a minute or two. */
const START_TIMEOUT_MS = 300_000;

export interface PairContext {
  /** The lab, its server included; it is there in hooks and tests, not before. */
  readonly lab: Lab;
  /** What the peer of the row is behind. */
  readonly a: LabSite;
  /** What the peer of the column is behind. */
  readonly b: LabSite;
  readonly expected: Expectation;
}

export interface PairOptions extends Omit<LabOptions, 'engine' | 'image' | 'profiles'> {
  /** An engine that is there already, such as your own `globalSetup` has found. */
  readonly engine?: Pick<Engine, 'host'>;
  /** Whether your software has a relay to fall back on; default: no. */
  readonly hasRelay?: boolean;
  /** An image `FROM` the lab's; default: the lab's own. */
  readonly image?: string;
}

/**
 * Describes each ordered pair of these NATs by a suite of its own, such as `full-cone × symmetric`. All of them share one lab,
 * which is started before the first test and removed after the last. The engine is that of natcheck/vitest/setup where it is
 * a `globalSetup` of the run, so that files share it; else it is found for this file.
 * @param body declares tests; it is called while they are collected, so `lab`, `a` and `b` are read inside of them.
 */
export function describeNatPairs(
  profiles: Profiles,
  body: (pair: PairContext) => void,
  options: PairOptions = {},
): void {
  const { hasRelay = false, image, engine: given, ...rest } = options;
  describe('behind NATs', () => {
    let end = async (): Promise<void> => {};
    let lab: Lab | undefined;
    const running = (): Lab => {
      if (lab === undefined) throw new Error('the lab is there in hooks and tests, not while they are collected');
      return lab;
    };
    beforeAll(async () => {
      const place = await placeFor({ engine: given, image });
      end = place.end;
      lab = await startLab({ addressing: 'free', ...rest, ...place, profiles: labProfiles(profiles) });
    }, START_TIMEOUT_MS);
    afterAll(async () => {
      await lab?.[Symbol.asyncDispose]();
      await end();
    }, START_TIMEOUT_MS);
    for (const { name, expected, sitesIn } of natPairs(profiles, { hasRelay })) {
      describe(name, () =>
        body({
          expected,
          get lab() {
            return running();
          },
          get a() {
            return sitesIn(running()).a;
          },
          get b() {
            return sitesIn(running()).b;
          },
        }),
      );
    }
  });
}

interface Place {
  readonly engine: Pick<Engine, 'host'>;
  readonly image: string;
  /** Ends what was started for this file alone. */
  readonly end: () => Promise<void>;
}

async function placeFor({
  engine,
  image,
}: {
  engine: PairOptions['engine'];
  image: PairOptions['image'];
}): Promise<Place> {
  const provided = inject('natcheckLab');
  const host = engine?.host ?? provided?.host;
  const given = image ?? (engine ? undefined : provided?.image);
  if (host !== undefined && given !== undefined) return { engine: { host }, image: given, end: async () => {} };
  const found = await findEngine();
  try {
    return { engine: found, image: image ?? (await ensureImage(found)), end: async () => found[Symbol.asyncDispose]() };
  } catch (error) {
    await found[Symbol.asyncDispose]();
    throw error;
  }
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The engine and the image of natcheck/vitest/setup; undefined where that is no globalSetup of the run. */
    readonly natcheckLab?: { readonly host: string; readonly image: string };
  }
}
