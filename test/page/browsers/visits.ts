/** Visits to the page by a browser in the network of a client of the lab. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LabContainer } from '../../../lab/index.ts';
import type { DetectReport } from '../../../src/nat/report.ts';
import { type BrowserName, processIn } from './browser.ts';

const PROGRAM = fileURLToPath(new URL('visit.ts', import.meta.url));

export interface Visit<Report = DetectReport> {
  /** Its name and version. */
  readonly browser: string;
  /** When the report was there, counted from the start of the navigation. */
  readonly atMs: number;
  /** What the page's own programs have failed with. */
  readonly errors: readonly string[];
  /** What keeps people from using it, by the rules of axe; looked for at the first visit. */
  readonly barriers: readonly string[];
  readonly report: Report & { readonly problem?: string };
}

export interface Visiting {
  readonly browser: BrowserName;
  readonly url: string;
  /** Default: once. */
  readonly times?: number;
}

/** @throws Error with the last lines of the browser's program when it fails. */
export async function visitFrom<Report = DetectReport>(
  client: LabContainer,
  { browser, url, times = 1 }: Visiting,
): Promise<readonly Visit<Report>[]> {
  const inNetwork = ['--net', '--target', String(await processIn(client)), '--'];
  const program = spawn('nsenter', [...inNetwork, process.execPath, PROGRAM, browser, url, String(times)]);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    program[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const [code] = await once(program, 'close');
  if (code !== 0) throw new Error(`${browser} has ended with ${code}: ${said.stderr.slice(-2000)}`);
  return said.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
