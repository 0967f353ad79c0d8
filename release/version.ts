/** Reads version numbers (Semantic Versioning 2.0.0). */

/** Returns under which dist-tag npm has a version: `latest`; for one that comes before a version, such as `1.3.0-rc.1`, its word. */
export function distTagOf(version: string): string {
  const [, before] = /^\d+\.\d+\.\d+-([^+]+)/.exec(version) ?? [];
  if (before === undefined) return 'latest';
  return /^[a-z]+/.exec(before)?.[0] ?? 'next';
}
