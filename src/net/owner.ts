/** Resources released together, the last one first: what AsyncDisposableStack is on runtimes that have it (Node 24). */

export interface Owner extends AsyncDisposable {
  readonly [Symbol.asyncDispose]: () => Promise<void>;
  /** Takes a resource over, and gives it back for use. */
  readonly use: <T extends AsyncDisposable | Disposable>(resource: T) => T;
  readonly defer: (release: () => unknown) => void;
  /** Hands everything over to a new owner; this one then releases nothing. */
  readonly move: () => Owner;
}

/** Every release is tried; the first error is thrown when all are done. */
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
