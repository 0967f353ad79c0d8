/** The TURN users who may use the relay, of whom others hear when they come and go. */

interface TurnUsers {
  readonly has: (user: string) => boolean;
  readonly add: (user: string) => void;
  readonly delete: (user: string) => void;
}

export interface WatchedTurnUsers {
  readonly has: (user: string) => boolean;
  readonly all: () => readonly string[];
  /** Returns a set of users of its own; who is in any of these may use the relay. */
  readonly keep: () => TurnUsers;
  /** Sets the one who hears. */
  readonly onChange: (hear: (user: string, change: { readonly isThere: boolean }) => void) => void;
}

export function createTurnUsers(): WatchedTurnUsers {
  const sets: Set<string>[] = [];
  let tell: Parameters<WatchedTurnUsers['onChange']>[0] = () => {};
  const has = (user: string): boolean => sets.some((users) => users.has(user));
  const keep = (): TurnUsers => {
    const users = new Set<string>();
    sets.push(users);
    return {
      has: (user) => users.has(user),
      add: (user) => {
        const isNew = !has(user);
        users.add(user);
        if (isNew) tell(user, { isThere: true });
      },
      delete: (user) => {
        if (users.delete(user) && !has(user)) tell(user, { isThere: false });
      },
    };
  };
  return {
    has,
    all: () => [...new Set(sets.flatMap((users) => [...users]))],
    keep,
    onChange: (hear) => {
      tell = hear;
    },
  };
}
