/** A router of the lab, open to inspection and to change. */
import type { LabContainer } from './container.ts';
import type { RouterRules } from './rules.ts';
import { loadRules } from './setup-script.ts';

export interface LabRouter extends LabContainer {
  /** The rules in force, for a person to read. */
  rules(): Promise<string>;
  /** Puts these rules in the place of all others. */
  load(rules: RouterRules): Promise<void>;
  /** The connections that the router tracks, one per line. */
  conntrack(): Promise<string>;
}

export function labRouter(container: LabContainer): LabRouter {
  const output = async (argv: readonly string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await container.exec(argv);
    if (exitCode !== 0) throw new Error(`${container.name}: ${argv[0]}: exit ${exitCode}\n${stderr}`);
    return stdout;
  };
  return {
    ...container,
    rules: () => output(['sh', '-c', 'iptables-save; nft list table ip cone 2>/dev/null || true']),
    load: async (rules) => void (await output(['sh', '-c', loadRules(rules)])),
    conntrack: () => output(['conntrack', '-L']),
  };
}
