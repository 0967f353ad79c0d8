/** `npm ci` on every machine: the lock file is whole, whatever platforms the registry at hand served when it was written. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);
const entries = Object.entries(lock.packages);

it('the lock file has an entry, with a version, for the optional packages of every platform', () => {
  const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => {
      const nested = lock.packages[`${path}/node_modules/${name}`];
      return (nested ?? lock.packages[`node_modules/${name}`])?.version === undefined;
    }),
  );
  expect(entries.length).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});

it('the lock file binds nobody to a registry', () => {
  expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
});
