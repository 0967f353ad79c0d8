/** Turns the option of a cluster of `natcheck serve` into that of the server. */
import type { ServerOptions } from '../../../server/index.ts';
import { UsageError } from '../../../src/errors.ts';

/** Reads the option. @throws UsageError when it is no URL of a Redis. */
export function redisOptions(
  { redis }: { readonly redis: string | undefined },
  ofEnv: string | undefined,
): Pick<ServerOptions, 'redis'> {
  const url = redis ?? ofEnv;
  if (url === undefined) return {};
  const isRedis = URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol);
  if (!isRedis) throw new UsageError('--redis takes a URL such as redis://HOST:6379 or rediss://HOST:6379');
  return { redis: url };
}
