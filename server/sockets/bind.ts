/** Binds one port on several addresses: on all of them, or on none. */
import { StartError } from '../start-error.ts';

/** How often another port is tried when port 0 gave one that another program holds on the next address. */
const FREE_PORT_ATTEMPTS = 20;

export interface BoundSocket extends AsyncDisposable {
  readonly port: number;
}

/**
 * Opens one resource for each address, all on the same port; with port 0 that is a port free on all of them.
 * @throws what `open` throws, after what was opened is closed.
 */
export async function bindOnAll<Resource extends BoundSocket>(
  addresses: readonly string[],
  port: number,
  open: (address: string, port: number) => Promise<Resource>,
): Promise<readonly Resource[]> {
  for (let attempt = 1; ; attempt++) {
    const bound: Resource[] = [];
    try {
      for (const address of addresses) bound.push(await open(address, bound[0]?.port ?? port));
      return bound;
    } catch (error) {
      await closeAll(bound);
      const taken = error instanceof StartError && error.code === 'port-in-use';
      if (port !== 0 || !taken || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

export async function closeAll(resources: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(resources.map((one) => one[Symbol.asyncDispose]()));
}
