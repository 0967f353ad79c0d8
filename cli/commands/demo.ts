/** `natcheck demo`: no network, the four NATs in the simulated lab, detected by the real session and the real server. */

import { CLASSIC_NATS } from '../../lab/profiles.ts';
import { detectInSim } from '../../lab/sim/detect.ts';
import { symmetricLink } from '../../lab/sim/link.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { renderDemo } from '../render/demo-text.ts';

/** A home connection on a middling day: 40 ms round trip, one packet in fifty lost each way. */
const HOME_LINK = symmetricLink({ latencyMs: 20, jitterMs: 4, loss: 0.02 });

export const demo = defineCommand({
  name: 'demo',
  options: {
    seed: { type: 'number', default: 1, describe: 'Another seed is another day: other losses, other ports' },
    json: { type: 'boolean', describe: 'One JSON object on stdout: each NAT with its report' },
  },
  run: async ({ seed, json }, { stdout, color }) => {
    const detections = CLASSIC_NATS.map((profile, index) => ({
      profile,
      report: detectInSim({ access: { kind: 'nat', layers: [profile] }, seed: seed + index, link: HOME_LINK }),
    }));
    const text = json ? JSON.stringify({ schema: 'natcheck.demo/1', detections }) : renderDemo(detections, { color });
    stdout.write(`${text}\n`);
    const isRight = detections.every(({ profile, report }) => report.verdict.type === profile.name);
    return isRight ? EXIT.ok : EXIT.inconclusive;
  },
});
