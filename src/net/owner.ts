/** Things that are disposed of together, the last one first, all of them also where some throw, unless they are moved to another owner. */

/** Its disposal rejects with the first error of those that it disposes of. */
export interface Owned extends AsyncDisposable {
  readonly add: <T extends AsyncDisposable>(one: T) => T;
  /** From now on theirs. */
  readonly move: () => Owned;
}

export function createOwned(held: readonly AsyncDisposable[] = []): Owned {
  let all = [...held];
  return {
    add: (one) => {
      all.push(one);
      return one;
    },
    move: () => {
      const moved = createOwned(all);
      all = [];
      return moved;
    },
    [Symbol.asyncDispose]: async () => {
      const ending = all.toReversed();
      all = [];
      const failures: unknown[] = [];
      for (const one of ending) {
        try {
          await one[Symbol.asyncDispose]();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
