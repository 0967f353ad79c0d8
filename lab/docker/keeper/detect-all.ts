/** `natcheck detect` from every client of a running lab. */
import type { Container } from 'dockerode';
import type { DetectReport } from '../../../src/nat/report.ts';
import type { VerdictType } from '../../../src/nat/verdict.ts';
import { exec } from '../container/exec.ts';
import { containersOf } from './kept-lab.ts';
import type { RunningLab } from './running-lab.ts';

/** More than a detection takes when nothing answers, on a machine that is busy with all the others. */
const DETECT_TIMEOUT_MS = 60_000;

export interface LabDetection {
  /** Name of the site. */
  readonly nat: string;
  /** The verdict that is right for it. */
  readonly expected: VerdictType;
  /** The number of the client behind it, from 0. */
  readonly client: number;
  readonly report: DetectReport;
}

/** Detects from all clients at once, each with the lab's server. @throws Error with its output when one of them has no report. */
export async function detectFromAll(lab: RunningLab): Promise<readonly LabDetection[]> {
  const container = await containersOf(lab);
  return Promise.all(
    lab.sites.flatMap(({ name: nat, verdict: expected, clients }) =>
      clients.map(async ({ container: name }, client) => ({
        nat,
        expected,
        client,
        report: await detectIn(container(name), { name, server: lab.server.primary }),
      })),
    ),
  );
}

async function detectIn(
  container: Container,
  { name, server }: { readonly name: string; readonly server: string },
): Promise<DetectReport> {
  const argv = ['natcheck', 'detect', '--json', '--server', server];
  const { stdout, stderr, exitCode } = await exec(container, argv, { timeoutMs: DETECT_TIMEOUT_MS });
  if (stdout === '') throw new Error(`${name}: ${argv.join(' ')}: exit ${exitCode}\n${stderr}`);
  return JSON.parse(stdout) as DetectReport;
}
