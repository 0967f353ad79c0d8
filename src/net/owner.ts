/** Resources that are released together, the last one first, like AsyncDisposableStack on the runtimes that have it (Node 24). */

export interface Owner extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Takes over a resource, and returns it for use. */
  readonly use: <T extends AsyncDisposable | Disposable>(resource: T) => T;
  readonly defer: (release: () => unknown) => void;
  /** Hands everything over to a new owner; this one then releases nothing. */
  readonly move: () => Owner;
}

/** Tries every release, and then throws the first error, if there was one. */
export function createOwner(releases: (() => unknown)[] = []): Owner {
  return {
    use: (resource) => {
      releases.push(() =>
        Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose](),
      );
      return resource;
    },
    defer: (release) => void releases.push(release),
    move: () => createOwner(releases.splice(0)),
    [Symbol.asyncDispose]: async () => {
      const errors: unknown[] = [];
      for (const release of releases.splice(0).toReversed()) {
        try {
          await release();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}

/** What was thrown before something failed to be released as well, as happens when all of it has lost the same engine. */
export function firstThrown(error: unknown): unknown {
  // By its name: not every runtime has the class.
  const isSuppressed = error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error;
  return isSuppressed ? firstThrown(error.suppressed) : error;
}

/** Disposes of all at once, for those whose peers are gone wait each. Then throws the first error, if there was one. */
export async function disposeAll(resources: Iterable<AsyncDisposable>): Promise<void> {
  const ends = await Promise.allSettled(Array.from(resources, async (resource) => resource[Symbol.asyncDispose]()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
