/** Links as tests open them, with what they tell on the way. */
import { randomBytes } from 'node:crypto';
import type { NatcheckServer } from '../../../server/index.ts';
import { createCode } from '../../../src/tunnel/code/code.ts';
import { type CodeKeys, keysOf } from '../../../src/tunnel/code/keys.ts';
import type { Link, LinkEvent, LinkedTunnel, LinkOptions } from '../../../src/tunnel/link/link.ts';
import { openLink } from '../../../src/tunnel/link/open-link.ts';
import { portsOf } from '../../punch/punches.ts';

export const newKeys = (): CodeKeys => keysOf(createCode({ server: null, once: false, randomBytes }).secret);

export interface WatchedLink extends AsyncDisposable {
  readonly link: Link;
  readonly events: readonly LinkEvent[];
  readonly next: () => Promise<LinkedTunnel>;
  /** Resolves to the n-th event of that kind, counted from 1, when it has come. */
  readonly told: <K extends LinkEvent['kind']>(kind: K, nth?: number) => Promise<Extract<LinkEvent, { kind: K }>>;
}

export async function openTestLink(
  server: NatcheckServer,
  options: Pick<LinkOptions, 'peers' | 'keys'> & {
    readonly id: string;
    readonly room?: Partial<LinkOptions['room']>;
  } & Partial<Omit<LinkOptions, 'room'>>,
): Promise<WatchedLink> {
  const events: LinkEvent[] = [];
  const listeners = new Set<() => void>();
  const { id, room = {}, ...rest } = options;
  const link = await openLink({
    room: {
      id,
      server: `127.0.0.1:${portsOf(server).port}`,
      rendezvous: `ws://127.0.0.1:${server.httpPort}`,
      portMapping: false,
      ...room,
    },
    ...{ waitMs: 20_000, patienceMs: 20_000, ...rest },
    onEvent: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
  });
  const tunnels = link.tunnels[Symbol.asyncIterator]();
  return {
    ...{ link, events },
    next: async () => {
      const { value } = await tunnels.next();
      if (!value) throw new Error('the link has ended');
      return value;
    },
    told: (kind, nth = 1) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = events.filter((event) => event.kind === kind)[nth - 1];
          if (found) resolve(found as never);
        };
        listeners.add(check);
        check();
      }),
    [Symbol.asyncDispose]: link[Symbol.asyncDispose],
  };
}
