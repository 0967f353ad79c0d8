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
  /** Does what has to be done before it can be used. */
  readonly prepare?: ((commands: Pick<RedisConnection, 'share'>) => Promise<void>) | undefined;
  /** Ends what is not open yet. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws what has kept the connection from being made; the signal's reason when aborted. */
export async function openRedis(options: RedisOptions): Promise<RedisConnection> {
  const { url, channel, onMessage, onNews, prepare, signal } = options;
  const client = clientFor(await import('@redis/client'), url);
  const { promise: closed, resolve: end } = Promise.withResolvers<string>();
  const giveUp = (why: string): void => {
    end(why);
    if (client.isOpen) client.destroy();
  };
  const destroy = (): void => giveUp('given up');
  client.on('error', (error: Error) => end(wordsOf(error)));
  client.on('end', () => end('it has ended'));
  const timer = setTimeout(() => giveUp('it does not answer'), OPEN_TIMEOUT_MS);
  signal?.addEventListener('abort', destroy);
  const open = async (): Promise<RedisConnection> => {
    signal?.throwIfAborted();
    await client.connect();
    const [, run] = /^run_id:(\w+)/m.exec(await client.info('server')) ?? [];
    if (run === undefined) throw new Error('it does not say which run it is');
    await client.subscribe(channel, onMessage);
    await client.subscribe(NEWS_CHANNEL, onNews);
    const commands = commandsOf(client, `natcheck:${run}:`);
    await prepare?.(commands);
    return { ...commands, closed, destroy, [Symbol.asyncDispose]: async () => destroy() };
  };
  try {
    return await Promise.race([open(), closed.then((reason) => Promise.reject(new Error(reason)))]);
  } catch (error) {
    destroy();
    signal?.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', destroy);
  }
}

type Client = ReturnType<typeof clientFor>;

function clientFor({ createClient }: typeof import('@redis/client'), url: string) {
  const socket = { reconnectStrategy: false, connectTimeout: OPEN_TIMEOUT_MS } as const;
  return createClient({ url, disableOfflineQueue: true, socket });
}

function commandsOf(client: Client, prefix: string): Pick<RedisConnection, 'run' | 'publish' | 'share'> {
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
  };
}

const DIGESTS = Object.fromEntries(
  Object.entries(SCRIPTS).map(([name, text]) => [name, createHash('sha1').update(text).digest('hex')]),
) as Readonly<Record<ScriptName, string>>;

/** What Redis says to who has to be told a password, or another one, in words of its own protocol. */
const REFUSALS = { NOAUTH: 'it wants a password', WRONGPASS: 'it does not take this user and password' } as const;

/** What has happened, in one line. */
export function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return wordsOf(error.errors[0]);
  const said =
    (error as Partial<NodeJS.ErrnoException>).code ?? (error instanceof Error ? error.message : String(error));
  const [, code] = /^(NOAUTH|WRONGPASS)\b/.exec(said) ?? [];
  return code === 'NOAUTH' || code === 'WRONGPASS' ? `${REFUSALS[code]} [${code}]` : said;
}
