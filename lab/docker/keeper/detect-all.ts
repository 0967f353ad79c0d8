/** `natcheck detect` from every client of a running lab. */
import type { Container } from 'dockerode';
import type { Family } from '../../../src/endpoint.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import type { VerdictType } from '../../../src/nat/verdict.ts';
import { exec } from '../container/exec.ts';
import { containersOf } from './kept-lab.ts';
import type { RunningLab, RunningServer, RunningSite } from './running-lab.ts';

/** More than a detection takes when nothing answers, on a machine that is busy with all the others. */
const DETECT_TIMEOUT_MS = 60_000;

export interface LabDetection {
  /** Name of the site. */
  readonly nat: string;
  readonly family: Family;
  /** The verdict that is right for it. */
  readonly expected: VerdictType;
  /** The number of the client behind it, from 0. */
  readonly client: number;
  readonly report: DetectReport;
}

/**
 * Detects from all clients at once, each with the lab's server, and once for each family that it has.
 * @throws Error with its output when one of them has no report.
 */
export async function detectFromAll(lab: RunningLab): Promise<readonly LabDetection[]> {
  const container = await containersOf(lab);
  return Promise.all(
    lab.sites.flatMap((site) =>
      site.clients.flatMap(({ container: name }, client) =>
        askedIn(lab.server, site).map(async ({ family, expected, words }) => ({
          nat: site.name,
          family,
          expected,
          client,
          report: await detectIn(container(name), { name, words }),
        })),
      ),
    ),
  );
}

interface AskedDetection extends Pick<LabDetection, 'family' | 'expected'> {
  /** What is added to the command. */
  readonly words: readonly string[];
}

function askedIn({ primary, primary6 }: RunningServer, { verdict, verdict6 }: RunningSite): readonly AskedDetection[] {
  return [
    { family: 'IPv4', expected: verdict, words: ['--server', primary] },
    ...(primary6 && verdict6
      ? [{ family: 'IPv6', expected: verdict6, words: ['--server', `[${primary6}]`, '-6'] } as const]
      : []),
  ];
}

async function detectIn(
  container: Container,
  { name, words }: { readonly name: string; readonly words: readonly string[] },
): Promise<DetectReport> {
  const argv = ['natcheck', 'detect', '--json', ...words];
  const { stdout, stderr, exitCode } = await exec(container, argv, { timeoutMs: DETECT_TIMEOUT_MS });
  if (stdout === '') throw new Error(`${name}: ${argv.join(' ')}: exit ${exitCode}\n${stderr}`);
  return JSON.parse(stdout) as DetectReport;
}
