/** A shell command in a container of the lab that has to work. */
import type { LabContainer } from './container.ts';

/** Returns what it has written. @throws Error with what it says when it fails. */
export async function runIn({ name, exec }: Pick<LabContainer, 'name' | 'exec'>, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await exec(['sh', '-c', `set -e\n${script}`]);
  if (exitCode !== 0) throw new Error(`${name}: exit ${exitCode}: ${stderr.trim()}`);
  return stdout;
}
