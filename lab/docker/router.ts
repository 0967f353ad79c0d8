/** A router of the lab, open to inspection and to change. */
import type { LabContainer } from './container.ts';
import { loadRules } from './setup-script.ts';

export interface LabRouter extends LabContainer {
  /** The rules in force, as nftables lists them. */
  rules(): Promise<string>;
  /** Puts these rules (an nftables file) in the place of all others. */
  load(rules: string): Promise<void>;
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
    rules: () => output(['nft', 'list', 'ruleset']),
    load: async (rules) => void (await output(['sh', '-c', loadRules(rules)])),
    conntrack: () => output(['conntrack', '-L']),
  };
}
