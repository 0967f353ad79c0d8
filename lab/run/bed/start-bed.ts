/** What all pairs of a lab file share: the lab, the images, the helpers, and what the setup has left. */
import type { Engine } from '../../docker/engine/engine.ts';
import type { Progress } from '../../docker/engine/provision.ts';
import { type Lab, type LabOptions, startLab } from '../../docker/lab.ts';
import { startNatcheckServer } from '../../docker/served-lab.ts';
import type { ShapedLinks } from '../../docker/topology/link/quality.ts';
import { createWitness, type Witness } from '../../docker/witness/witness.ts';
import type { LabFile } from '../../file/lab-file.ts';
import { problemIn } from '../../file/lab-file-error.ts';
import type { RunResult } from '../../results/run-result.ts';
import { SHARED_PATH } from '../program/guest-spec.ts';
import type { Facts } from '../program/resolve.ts';
import type { RunningHelper } from './helper.ts';
import { startHelpers } from './helpers.ts';
import { ensureImages, type Images } from './images.ts';
import { packageVersions } from './package-versions.ts';
import { type BedPlan, planBed } from './plan.ts';
import { runSetup } from './setup.ts';

export interface Bed {
  readonly file: LabFile;
  readonly lab: Lab;
  readonly plan: BedPlan;
  /** Null if nothing is done to what passes them. */
  readonly links: ShapedLinks | null;
  readonly images: Images;
  readonly helpers: ReadonlyMap<string, RunningHelper>;
  /** The name of the shared folder's volume; null if nothing is shared. */
  readonly volume: string | null;
  /** What is the same in all pairs. */
  readonly facts: PublicFacts;
  /** What is told of the whole. */
  readonly about: NonNullable<RunResult['about']>;
  /** Watches the routers. */
  readonly witness: Witness;
}

export type PublicFacts = Pick<Facts, 'server' | 'alternate' | 'helpers' | 'shared'>;

export interface BedOptions {
  readonly engine: Pick<Engine, 'host' | 'kind'>;
  /** From `ensureImage`. */
  readonly image: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Gives the lab; default: `startLab`. */
  readonly start?: ((options: LabOptions) => Promise<Lab>) | undefined;
  /** Whether the routers' captures are kept whole; default: no. */
  readonly keepsCaptures?: boolean;
  /** Takes over what is started. */
  readonly own: <T extends AsyncDisposable>(resource: T) => T;
}

/** @throws LabFileError for what cannot be made as the file says, with its place; the signal's reason; what `startLab` throws. */
export async function startBed(file: LabFile, options: BedOptions): Promise<Bed> {
  const { engine, image, progress, signal, start = startLab, keepsCaptures = false, own } = options;
  const images = await ensureImages(file, options);
  const plan = planBed(file);
  progress(`starting ${plan.profiles.length} sites, and holding each to its profile`);
  const helperNames = file.helpers.map(({ name }) => name);
  const { profiles } = plan;
  const lab = own(await start({ engine, image, profiles, helpers: helperNames, backbone: true, addressing: 'free' }));
  signal.throwIfAborted();
  const links = await shapeLinks(file, lab, own);
  if (file.natcheckServer) own(await startNatcheckServer(lab.server, ['--relay', '--open-relay']));
  const facts = publicFacts(lab, helperNames);
  const volume = file.setup && own(await lab.createVolume()).name;
  const about = await packageVersions(file, { images, host: lab.server });
  const bed = { file, lab, plan, links, images, volume, facts, about };
  await prepare(bed, options);
  const helpers = await startHelpers(file, { ...bed, facts: inNoPair(facts), own, signal });
  return { ...bed, helpers, witness: own(createWitness({ isWhole: keepsCaptures })) };
}

/** After every NAT has been held to its profile: a lost packet there would tell of a NAT that it is none. */
async function shapeLinks(file: LabFile, lab: Lab, own: BedOptions['own']): Promise<ShapedLinks | null> {
  if (file.link === null) return null;
  const links = await lab.shape(file.link).catch((error: Error) => {
    throw problemIn(file, 'link', error.message);
  });
  return own(links);
}

async function prepare(
  { file, lab, images, volume, facts }: Omit<Bed, 'helpers' | 'witness'>,
  { progress, signal }: BedOptions,
): Promise<void> {
  const image = images.get('setup');
  if (file.setup === null || volume === null || image === undefined) return;
  progress('running the setup');
  await runSetup(file.setup, { file, host: lab.server, image, facts: inNoPair(facts), volume, signal });
}

function publicFacts(lab: Lab, helperNames: readonly string[]): PublicFacts {
  const { primary: server, alternate } = lab.server;
  const helpers = new Map(helperNames.map((name) => [name, lab.helper(name).address]));
  return { server, alternate, helpers, shared: SHARED_PATH };
}

/** For programs that run for all pairs. */
function inNoPair(facts: PublicFacts): Facts {
  return { ...facts, sides: new Map(), pair: '' };
}
