/** What an image runs when it is told nothing else. */
import type { Engine } from '../engine/engine.ts';
import { connectDocker } from '../engine/testcontainers.ts';

/** Its entrypoint and its command; empty if it has none. @throws Error when the engine does not have the image. */
export async function ownCommandOf(engine: Pick<Engine, 'host'>, image: string): Promise<readonly string[]> {
  const docker = await connectDocker(engine.host);
  const { Config } = await docker.getImage(image).inspect();
  return [Config.Entrypoint ?? [], Config.Cmd ?? []].flat();
}
