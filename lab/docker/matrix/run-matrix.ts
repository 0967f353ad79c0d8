/** The matrix of a container lab: every NAT with every NAT, each time on two routers. */
import type { Lab, LabSite } from '../lab.ts';
import type { Both, ExpectedEnd, PunchedSide } from './cell.ts';
import type { Matrix } from './matrix.ts';
import { punchWithNatcheck } from './natcheck-pair.ts';
import { type MatrixPeer, type MatrixProgress, runPairs } from './run-pairs.ts';

export interface MatrixOptions {
  /** Runs both peers of a pair to their ends, in the first client of each site; default: `natcheck punch`. */
  readonly punchPair?: (a: LabSite, b: LabSite) => Promise<Both<PunchedSide>>;
  /**
   * What is right for a pair; default: what arithmetic says of the techniques of `natcheck punch`, of which another program
   * may have fewer. With `punchPair`, a failure may have any reason.
   */
  readonly expect?: (a: LabSite, b: LabSite) => ExpectedEnd;
  /** How many pairs run at once, at least 1; default 8. Two pairs behind one router never do. */
  readonly pairsAtOnce?: number;
  /** Whether the server has a relay, `natcheck serve --relay`; default true. */
  readonly hasRelay?: boolean;
  /** Once it has aborted, no further pair begins; those that are running end with the lab. */
  readonly signal?: AbortSignal;
  /** Called as each cell is done. */
  readonly onCell?: (progress: MatrixProgress) => void;
}

/**
 * Runs all ordered pairs in a lab that was started with its profiles twice over, `[...profiles, ...profiles]`: the first
 * half of its sites are the rows, the second half the columns, under the same names. `natcheck serve --relay` has to be
 * running on the lab's server, as `startNatcheckServer` starts it.
 * @throws RangeError when the two halves are not alike, or no pair may run; the signal's reason; Error when the engine does not run a program.
 */
export async function runMatrix(lab: Lab, options: MatrixOptions = {}): Promise<Matrix> {
  const { rows, columns } = halvesOf(lab);
  const withNatcheck = (a: LabSite, b: LabSite): Promise<Both<PunchedSide>> =>
    punchWithNatcheck({
      clients: [a.client(0), b.client(0)],
      server: lab.server.primary,
      room: roomOf(a, b),
    });
  const { punchPair = withNatcheck, hasRelay = true, expect, pairsAtOnce, ...rest } = options;
  if (pairsAtOnce !== undefined && !(pairsAtOnce >= 1)) throw new RangeError('pairsAtOnce is at least 1');
  return runPairs({
    ...rest,
    hasRelay,
    rows,
    columns,
    pairsAtOnce,
    anyReason: options.punchPair !== undefined,
    expect: expect && ((a, b) => expect(a.site, b.site)),
    punchPair: (a, b) => punchPair(a.site, b.site),
  });
}

/** A room's name has no `+`, which those of sites with both families have. */
function roomOf(a: Pick<LabSite, 'name'>, b: Pick<LabSite, 'name'>): string {
  return `${a.name}.${b.name}`.replaceAll('+', '_');
}

interface Peer extends MatrixPeer {
  readonly site: LabSite;
}

function halvesOf({ sites }: Lab): { readonly rows: readonly Peer[]; readonly columns: readonly Peer[] } {
  const half = sites.length / 2;
  const peer = (site: LabSite, name: string): Peer => ({ name, access: site.access, ipv6: site.ipv6, site });
  const rows = sites.slice(0, half).map((site) => peer(site, site.name));
  const columns = sites.slice(half).map((site, index): Peer => {
    const name = rows[index]?.name;
    // The second site of a profile is named like this.
    if (name === undefined || site.name !== `${name}-2`) {
      throw new RangeError('a matrix takes a lab of all its profiles twice: [...profiles, ...profiles]');
    }
    return peer(site, name);
  });
  return { rows, columns };
}
