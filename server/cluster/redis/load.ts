/** Loads `@redis/client`, which is optional: only a server with `--redis` needs it. */
import { StartError } from '../../start-error.ts';

type RedisClientModule = typeof import('@redis/client');

/** @throws StartError when the package cannot be loaded. */
export async function loadRedis(
  load: () => Promise<unknown> = () => import('@redis/client'),
): Promise<RedisClientModule> {
  try {
    return (await load()) as RedisClientModule;
  } catch (cause) {
    const error = new StartError('no-redis', 'a cluster needs @redis/client: npm i @redis/client');
    error.cause = cause;
    throw error;
  }
}
