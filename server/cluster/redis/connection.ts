/**
 * One connection to Redis, which carries commands and what others say. It is never made again behind its user's back:
 * when it ends, all that was asked over it is lost, and so may be what was said.
 */
import { createHash } from 'node:crypto';
import { NEWS_CHANNEL, SCRIPTS, type ScriptName } from './scripts.ts';

/** How long a connection may take until it can be used. */
const OPEN_TIMEOUT_MS = 2_000;

export interface RedisConnection extends AsyncDisposable {
  /** Runs a script. @throws when Redis refuses it, or the connection ends first. */
  readonly run: (script: ScriptName, args: readonly string[]) => Promise<readonly string[]>;
  /** Says something on a channel; whoever listens there gets it, or it is lost. */
  readonly publish: (channel: string, text: string) => void;
  /** Returns the value that Redis has there, which is the given one if it had none. */
  readonly share: (key: string, value: string) => Promise<string>;
  /** Resolves when it has ended, with the reason. */
  readonly closed: Promise<string>;
  /** Ends it at once. */
  readonly destroy: () => void;
}

export interface RedisOptions {
  /** `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://…` over TLS. */
  readonly url: string;
  /** The channel that is listened to. */
  readonly channel: string;
  readonly onMessage: (text: string) => void;
  /** Hears which node offers something else than before. */
  readonly onNews: (node: string) => void;
}

/** @throws what has kept the connection from being made. */
export async function openRedis({ url, channel, onMessage, onNews }: RedisOptions): Promise<RedisConnection> {
  const client = clientFor(await import('@redis/client'), url);
  const { promise: closed, resolve: end } = Promise.withResolvers<string>();
  const destroy = (): void => {
    end('given up');
    if (client.isOpen) client.destroy();
  };
  client.on('error', (error: Error) => end(wordsOf(error)));
  client.on('end', () => end('it has ended'));
  const timer = setTimeout(destroy, OPEN_TIMEOUT_MS);
  try {
    await Promise.race([client.connect(), closed.then((reason) => Promise.reject(new Error(reason)))]);
    const [, run] = /^run_id:(\w+)/m.exec(await client.info('server')) ?? [];
    if (run === undefined) throw new Error('it does not say which run it is');
    await client.subscribe(channel, onMessage);
    await client.subscribe(NEWS_CHANNEL, onNews);
    return { ...commandsOf(client, `natcheck:${run}:`), closed, destroy };
  } catch (error) {
    destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

type Client = ReturnType<typeof clientFor>;

function clientFor({ createClient }: typeof import('@redis/client'), url: string) {
  const socket = { reconnectStrategy: false, connectTimeout: OPEN_TIMEOUT_MS } as const;
  return createClient({ url, disableOfflineQueue: true, socket });
}

function commandsOf(client: Client, prefix: string): Omit<RedisConnection, 'closed' | 'destroy'> {
  return {
    run: async (script, args) => {
      const by = { keys: [prefix], arguments: [...args] };
      const reply = await client.evalSha(DIGESTS[script], by).catch((error: Error) => {
        if (error.message.startsWith('NOSCRIPT')) return client.eval(SCRIPTS[script], by);
        throw error;
      });
      return Array.isArray(reply) ? reply.map(String) : [];
    },
    publish: (to, text) => void client.publish(to, text).catch(() => {}),
    share: async (key, value) => {
      await client.set(key, value, { condition: 'NX' });
      return (await client.get(key)) ?? value;
    },
    [Symbol.asyncDispose]: async () => {
      if (client.isOpen) await client.close().catch(() => {});
    },
  };
}

const DIGESTS = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, text]) => [name, createHash('sha1').update(text).digest('hex')]),
) as Readonly<Record<ScriptName, string>>;

/** What has happened, in one line. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return wordsOf(error.errors[0]);
  return (error as Partial<NodeJS.ErrnoException>).code ?? (error instanceof Error ? error.message : String(error));
}
