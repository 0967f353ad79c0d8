/** The TURN users of the rendezvous, of whom others hear when they come and go. */

export interface WatchedTurnUsers {
  readonly has: (user: string) => boolean;
  readonly add: (user: string) => void;
  readonly delete: (user: string) => void;
  readonly all: () => readonly string[];
  /** Sets the one who hears. */
  readonly onChange: (hear: (user: string, change: { readonly isThere: boolean }) => void) => void;
}

export function createTurnUsers(): WatchedTurnUsers {
  const users = new Set<string>();
  let tell: Parameters<WatchedTurnUsers['onChange']>[0] = () => {};
  return {
    has: (user) => users.has(user),
    add: (user) => {
      users.add(user);
      tell(user, { isThere: true });
    },
    delete: (user) => {
      if (users.delete(user)) tell(user, { isThere: false });
    },
    all: () => [...users],
    onChange: (hear) => {
      tell = hear;
    },
  };
}
