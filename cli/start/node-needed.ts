/** Says which Node can run natcheck. It is imported before that is known, so it is written in the JavaScript of Node 12. */

/** MAJOR.MINOR, as `engines` of package.json has it. */
export const NODE_NEEDED = '22.22';

/** @param version such as `22.22.3`. */
export function isOldNode(version: string): boolean {
  const [needed, found] = [NODE_NEEDED, version].map((text) => text.split('.').map(Number));
  const [major = 0, minor = 0] = found === undefined ? [] : found;
  const [neededMajor = 0, neededMinor = 0] = needed === undefined ? [] : needed;
  return major < neededMajor || (major === neededMajor && minor < neededMinor);
}
