/** A lab whose public side is `natcheck serve`. */
import { createOwner } from '../../src/net/owner.ts';
import type { Program } from './container/container.ts';
import { type Engine, findEngine } from './engine/engine.ts';
import type { Progress } from './engine/provision.ts';
import { ensureImage } from './image/image.ts';
import { ensureSource } from './image/source.ts';
import { type Lab, type LabOptions, type LabServer, startLab } from './lab.ts';

/**
 * Starts it on both addresses of the lab's server, of each family that it has, ports 3478 and 3479; it listens when this resolves. Its relay may reach
 * the lab's public network, although the server itself is on that link.
 */
export async function startNatcheckServer(server: LabServer, options: readonly string[] = []): Promise<Program> {
  const { primary, alternate, primary6, alternate6 } = server;
  const addresses = [primary, alternate, primary6, alternate6].filter((address) => address !== null);
  const program = await server.start([
    ...['natcheck', 'serve', ...addresses.flatMap((address) => ['--ip', address])],
    ...options,
    ...(options.includes('--relay') ? ['--relay-allow-peer', server.subnet] : []),
  ]);
  await program.line(/\bready\b/);
  return program;
}

export interface ServedLabOptions extends Omit<LabOptions, 'engine' | 'image' | 'profiles'> {
  readonly profiles: NonNullable<LabOptions['profiles']>;
  /** Other images that the engine is to have, pulled if they are not there. */
  readonly images?: readonly string[];
  /** Further options of `natcheck serve`. */
  readonly serve?: readonly string[];
  readonly progress: Progress;
  /** Checked between the steps; what has been started is then ended. */
  readonly signal: AbortSignal;
}

export interface ServedLab extends AsyncDisposable {
  readonly engine: Engine;
  readonly lab: Lab;
  readonly server: Program;
}

/**
 * Finds an engine, makes the image, and starts the lab and `natcheck serve`; all of it ends as one.
 * @throws the signal's reason, NonconformingError, or Error of the step that failed.
 */
export async function startServedLab(options: ServedLabOptions): Promise<ServedLab> {
  const { serve, images = [], progress, signal, ...labOptions } = options;
  await using started = createOwner();
  const engine = started.use(await findEngine({ progress }));
  signal.throwIfAborted();
  const image = await ensureImage(engine, { progress, signal });
  for (const other of images) await ensureSource(engine, { kind: 'image', image: other }, { progress, signal });
  signal.throwIfAborted();
  progress(`starting ${labOptions.profiles.length} sites, and holding each to its profile`);
  const lab = started.use(await startLab({ ...labOptions, engine, image }));
  const server = started.use(await startNatcheckServer(lab.server, serve));
  signal.throwIfAborted();
  const owned = started.move();
  return { engine, lab, server, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}
