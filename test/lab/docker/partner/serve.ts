/** Starts a server that has a partner, in a container. */
import type { LabContainer, Program } from '../../../../lab/index.ts';

const SECRET = 'NATCHECK_PARTNER_SECRET=what both of the partners know';

export interface Serving {
  readonly ip: readonly string[];
  readonly partner: readonly string[];
  /** Further words of its command line; none unless they are given. */
  readonly more?: readonly string[];
}

/** Starts it; it listens when this resolves. */
export async function servePartnered(container: LabContainer, { ip, partner, more = [] }: Serving): Promise<Program> {
  const program = await container.start([
    ...['env', SECRET, 'natcheck', 'serve'],
    ...ip.flatMap((one) => ['--ip', one]),
    ...partner.flatMap((one) => ['--partner', one]),
    ...more,
  ]);
  await program.line(/\bready\b/);
  return program;
}

/** What it says when behaviour tests are on offer over a family, and when its partner does not answer. */
export const UP = { IPv4: /IPv4 behaviour tests are available/, IPv6: /IPv6 behaviour tests are available/ };
export const DOWN = /does not answer/;
