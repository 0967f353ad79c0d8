/** What coturn's `turnutils_natdiscovery -m -f` says it has found (coturn 4.6.1). */
import type { Dependency } from '../../../src/nat/behavior.ts';

export interface TurnutilsFinding {
  /** Without a NAT it says `endpoint-independent` too, since it compares with 0.0.0.0. Null: it says nothing. */
  readonly mapping: Dependency | null;
  readonly filtering: Dependency | null;
}

const DEPENDENCY_OF: Readonly<Record<string, Dependency>> = {
  'Endpoint Independent': 'endpoint-independent',
  'Address Dependent': 'address-dependent',
  'Address and Port Dependent': 'address-and-port-dependent',
};

/** The command that finds out mapping and filtering with that server. */
export function turnutilsCommand(server: string): readonly string[] {
  return ['turnutils_natdiscovery', '-m', '-f', server];
}

export function parseTurnutils(stdout: string): TurnutilsFinding {
  const axis = (name: string): Dependency | null => {
    const said = new RegExp(`NAT with (.+) ${name}!`).exec(stdout)?.[1];
    return DEPENDENCY_OF[said ?? ''] ?? null;
  };
  return { mapping: axis('Mapping'), filtering: axis('Filtering') };
}
