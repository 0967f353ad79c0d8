/** Names of Debian packages: which there can be, and what is told of one that there is not. */
import { UsageError } from '../../../src/errors.ts';
import { DEBIAN_RELEASE, PACKAGES } from './recipe.ts';

/** Debian Policy §5.6.1. */
const NAME = /^[a-z0-9][a-z0-9+.-]+$/;
/** A list that is longer was not written by hand. */
const MAX_PACKAGES = 100;

/** All packages of an image: those of every image of the lab, then the others in the order of their names. @throws UsageError for what is no name. */
export function allPackages(others: readonly string[]): readonly string[] {
  if (others.length > MAX_PACKAGES) throw new UsageError(`an image can have ${MAX_PACKAGES} further packages at most`);
  const wrong = others.find((name) => !NAME.test(name));
  if (wrong !== undefined) {
    throw new UsageError(
      `"${wrong}" is not the name of a Debian package: it has two or more of a–z, 0–9, "+", "-" and ".", and begins with a letter or digit`,
    );
  }
  return [...PACKAGES, ...[...new Set(others)].filter((name) => !PACKAGES.includes(name)).sort()];
}

/** How apt-get tells of a package that it cannot install; mmdebstrap passes its words on. */
const MISSING = /Unable to locate package (\S+)|Package '?([^'\s]+)'? has no installation candidate/;

/** Makes the words of a failed installation a sentence that names the package, where it is the package that is missing. */
export function explainPackages(error: Error): Error {
  const [, unknown, unavailable] = MISSING.exec(error.message) ?? [];
  const name = unknown ?? unavailable;
  if (name === undefined) return error;
  return new UsageError(`Debian ${DEBIAN_RELEASE} has no package "${name}"`, { cause: error });
}
