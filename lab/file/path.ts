/** Paths of values in a lab file, and what is found to be wrong at them. */

/** The keys and numbers that lead to a value, from the file as a whole. */
export type Path = readonly (string | number)[];

/** What is wrong at a path, before anybody has looked up its place. */
export interface Problem {
  readonly path: Path;
  /** One sentence. */
  readonly message: string;
  /** Whether the key itself is wrong, or what it stands for. */
  readonly at: 'key' | 'value';
}

/** As it is shown: `sides.a.command`, `nats[2]`, `public["x y"]`. */
export function pathText(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** Takes what is found to be wrong, so that all of it can be told at once. */
export type Report = (path: Path, message: string, at?: Problem['at']) => void;
