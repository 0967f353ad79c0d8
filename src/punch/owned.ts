/** Things that are disposed of together, the last one first, unless they are moved to another owner. */

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
      for (const one of ending) await one[Symbol.asyncDispose]();
    },
  };
}
