/** Starts a container lab with `natcheck serve` in it for the benchmarks. */
import {
  CLASSIC_NATS,
  type Engine,
  ensureImage,
  findEngine,
  type Lab,
  type LabOptions,
  startLab,
  startNatcheckServer,
} from '../lab/index.ts';

export interface BenchLabOptions {
  /** How many sites each classic NAT has; the second one of a name is `name-2`. */
  readonly sitesPerNat?: number;
  /** The NATs to use in place of the classic ones. */
  readonly profiles?: LabOptions['profiles'];
  /** More options of `natcheck serve`. */
  readonly serve?: readonly string[];
  /** Builds the image to run from the lab's image. */
  readonly imageOn?: (engine: Engine, image: string) => Promise<string>;
}

export const progress = (line: string): void => console.error(line);

/** Starts the lab; everything in it ends with the lab. */
export async function openBenchLab({
  sitesPerNat = 1,
  profiles = Array.from({ length: sitesPerNat }, () => CLASSIC_NATS).flat(),
  serve = [],
  imageOn,
}: BenchLabOptions = {}): Promise<Lab> {
  await using opened = new AsyncDisposableStack();
  const engine = opened.use(await findEngine({ progress }));
  const own = await ensureImage(engine, { progress });
  const image = imageOn ? await imageOn(engine, own) : own;
  const lab = opened.use(await startLab({ engine, image, profiles }));
  opened.use(await startNatcheckServer(lab.server, serve));
  const owned = opened.move();
  return { ...lab, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
