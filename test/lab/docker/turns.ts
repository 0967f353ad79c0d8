/** Lets the tests of a file run side by side in one lab, but never two at once behind one router. */

/** Runs `work` when every test that came before and is behind one of these routers has ended. */
export type Turns = <T>(routers: readonly string[], work: () => Promise<T>) => Promise<T>;

export function createTurns(): Turns {
  const last = new Map<string, Promise<void>>();
  return async (routers, work) => {
    const earlier = routers.map((name) => last.get(name));
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const name of routers) last.set(name, promise);
    await Promise.all(earlier);
    try {
      return await work();
    } finally {
      resolve();
    }
  };
}
