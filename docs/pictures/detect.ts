/**
 * The picture in README: a detection behind a simulated port-restricted NAT, as `natcheck detect` prints it.
 * `npm run docs` writes it.
 */
import { renderDetectReport } from '../../cli/render/detect-text.ts';
import { PORT_RESTRICTED } from '../../lab/profiles.ts';
import { detectInSim } from '../../lab/sim/detect/detect.ts';
import { symmetricLink } from '../../lab/sim/network/link.ts';
import { terminalSvg } from './terminal-svg.ts';

export function detectPicture(): string {
  const report = detectInSim({
    access: { kind: 'nat', layers: [PORT_RESTRICTED] },
    seed: 1,
    link: symmetricLink({ latencyMs: 12 }),
  });
  return terminalSvg(`$ natcheck detect\n${renderDetectReport(report, { color: true, verbose: false, columns: 120 })}`);
}
