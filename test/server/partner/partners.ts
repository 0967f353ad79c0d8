/** Two servers on loopback with one address each, which are each other's partner. */
import { type NatcheckServer, type ServerOptions, startServer } from '../../../server/index.ts';
import { SECRET } from './pair.ts';

export const HOME = '127.0.0.1';
export const AWAY = '127.0.0.2';

export interface PartneredServers extends AsyncDisposable {
  readonly servers: readonly [NatcheckServer, NatcheckServer];
  readonly port: number;
}

/** Starts both, and waits until each is up for the other, unless told otherwise. */
export async function startPartners({
  home = {},
  away = {},
  areUp = true,
}: {
  readonly home?: Partial<ServerOptions>;
  readonly away?: Partial<ServerOptions>;
  readonly areUp?: boolean;
} = {}): Promise<PartneredServers> {
  const partner = (host: string) => ({ partner: { hosts: [host], secret: SECRET } });
  const up = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const start = (index: 0 | 1, options: ServerOptions): Promise<NatcheckServer> =>
    startServer({
      httpPort: 0,
      ...options,
      onPartner: (view, standing) => {
        options.onPartner?.(view, standing);
        if (standing === 'up') up[index].resolve();
      },
    });
  const one = await start(0, { ip: [HOME], port: 0, altPort: 0, ...partner(AWAY), ...home });
  const { port = 0, altPort = 0 } = one.layouts[0] ?? {};
  const other = await start(1, { ip: [AWAY], port, altPort, ...partner(HOME), ...away });
  if (areUp) await Promise.all(up.map(({ promise }) => promise));
  return {
    servers: [one, other],
    port,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([one, other].map((server) => server[Symbol.asyncDispose]()));
    },
  };
}
