/** Renders a mesh for `natcheck demo --mesh`: a row for each peer shows how it reaches each other peer. */
import { Chalk } from 'chalk';
import type { MeshPath } from '../../lab/sim/punch/mesh.ts';
import { pairGrid } from './grid/punch-grid.ts';
import { hang } from './layout/wrap.ts';

/** Returns lines without a trailing newline. */
export function renderMesh(
  paths: readonly MeshPath[],
  { color, columns = null }: { readonly color: boolean; readonly columns?: number | null },
): string {
  const paint = new Chalk({ level: color ? 1 : 0 });
  const peers = [...new Set(paths.map(({ from }) => from))];
  const heading = `${peers.length} peers, each behind the NAT of that name and over one socket, all meet each other at once: 80 ms round trip, 2 % of the packets lost each way`;
  const cells = peers.flatMap((from) =>
    peers.map((to) => {
      const path = paths.find((one) => one.from === from && one.to === to);
      const isGood = path?.side.outcome === 'direct';
      return { nats: [from, to] as const, text: path ? textOf(path) : '–', isGood };
    }),
  );
  return [hang('', paint.bold(heading), columns), '', ...pairGrid(cells, { color, columns })].join('\n');
}

function textOf({ technique, side }: MeshPath): string {
  if (side.outcome === 'failed') return `none: ${side.reason}`;
  return `${technique === 'birthday' ? technique : side.outcome} ${Math.round(side.ms)} ms`;
}
