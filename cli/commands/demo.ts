/** `natcheck demo`: detects and punches the four NATs in the simulated lab with the real sessions, without a network. */

import { CARRIER_GRADE, CLASSIC_NATS, type NamedAccess, type NatProfile } from '../../lab/profiles.ts';
import { detectInSim } from '../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../lab/sim/network/link.ts';
import { meshInSim } from '../../lab/sim/punch/mesh.ts';
import { punchInSim } from '../../lab/sim/punch/punch.ts';
import { prospectOf } from '../../src/nat/prospect.ts';
import { type Context, defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type Demo, type DemoDetection, renderDemo } from '../render/demo-text.ts';
import type { GridPunch } from '../render/grid/punch-grid.ts';
import { renderMesh } from '../render/mesh-text.ts';

/** A home connection on an average day: 40 ms round trip, one packet in fifty lost each way. */
const HOME_LINK = symmetricLink({ latencyMs: 20, jitterMs: 4, loss: 0.02 });

const MESH_ACCESSES: readonly NamedAccess[] = [
  ...CLASSIC_NATS.map((profile): NamedAccess => ({ name: profile.name, access: { kind: 'nat', layers: [profile] } })),
  CARRIER_GRADE,
];

export const demo = defineCommand({
  name: 'demo',
  options: {
    seed: {
      type: 'number',
      default: 1,
      describe: 'Seed of the simulation: another seed means other losses and other ports',
    },
    mesh: {
      type: 'boolean',
      describe: 'Show five peers behind five NATs instead, who all meet each other at once, each over one socket',
    },
    json: {
      type: 'boolean',
      describe: 'Print one JSON object on stdout: each NAT with its report, each pair with its punch',
    },
  },
  run: async ({ seed, json, mesh }, context) => {
    if (mesh) return showMesh({ seed, json }, context);
    const { stdout, color } = context;
    const shown: Demo = { detections: detectAll(seed), punches: punchAll(seed) };
    const text = json
      ? JSON.stringify({ schema: 'natcheck.demo/1', ...shown })
      : renderDemo(shown, { color, columns: stdout.columns });
    stdout.write(`${text}\n`);
    if (!shown.detections.every(({ profile, report }) => report.verdict.type === profile.name))
      return EXIT.inconclusive;
    return shown.punches.every(isAsExpected) ? EXIT.ok : EXIT.noPath;
  },
});

/** Shows the mesh. All pairs have to open, since no two of the five peers have unpredictable ports. */
function showMesh(
  { seed, json }: { readonly seed: number; readonly json: boolean | undefined },
  { stdout, color }: Context,
): ExitCode {
  const paths = meshInSim({ accesses: MESH_ACCESSES, seed, link: HOME_LINK });
  const text = json
    ? JSON.stringify({ schema: 'natcheck.demo-mesh/1', paths })
    : renderMesh(paths, { color, columns: stdout.columns });
  stdout.write(`${text}\n`);
  return paths.every(({ side }) => side.outcome === 'direct') ? EXIT.ok : EXIT.noPath;
}

const behind = (profile: NatProfile) => ({ kind: 'nat', layers: [profile] }) as const;

function detectAll(seed: number): readonly DemoDetection[] {
  return CLASSIC_NATS.map((profile, index) => ({
    profile,
    report: detectInSim({ access: behind(profile), seed: seed + index, link: HOME_LINK }),
  }));
}

function punchAll(seed: number): readonly GridPunch[] {
  const pairs = CLASSIC_NATS.flatMap((a) => CLASSIC_NATS.map((b) => [a, b] as const));
  return pairs.map(([a, b], index) => ({
    nats: [a.name, b.name],
    ...punchInSim({ a: behind(a), b: behind(b), seed: seed + index, linkA: HOME_LINK, linkB: HOME_LINK }),
  }));
}

/** Whether both sides ended as the arithmetic of the two NATs predicts. */
function isAsExpected({ nats, a, b }: GridPunch): boolean {
  const [natA, natB] = nats.map((name) => CLASSIC_NATS.find((profile) => profile.name === name));
  if (!natA || !natB) return false;
  const expected = prospectOf(natA, natB) === 'relay' ? 'failed' : 'direct';
  return a.outcome === expected && b.outcome === expected;
}
