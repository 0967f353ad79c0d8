/** Whether a server is ready to be sent clients: when every condition is met, and it is not about to end. */

export interface Condition {
  /** Says that it is met, or is no longer. */
  readonly set: (met: boolean) => void;
}

export interface Readiness {
  /** Gives the condition of that name, which is not met until it is set; its name is what /readyz shows. */
  readonly require: (name: string) => Condition;
  /** Says that the server will end before long. */
  readonly drain: () => void;
  /** The names of the conditions that are not met, in the order in which they were added. */
  readonly missing: () => readonly string[];
}

export function createReadiness(): Readiness {
  const conditions = new Map<string, boolean>();
  let isDraining = false;
  return {
    require: (name) => {
      if (!conditions.has(name)) conditions.set(name, false);
      return { set: (met) => void conditions.set(name, met) };
    },
    drain: () => {
      isDraining = true;
    },
    missing: () => [
      ...[...conditions].filter(([, met]) => !met).map(([name]) => name),
      ...(isDraining ? ['draining'] : []),
    ],
  };
}
