/** `natcheck punch` in two clients of a lab, toward each other. */
import type { ExecResult, LabContainer } from '../container/container.ts';
import type { Both, PeerReport, PunchedSide } from './cell.ts';

/** Both start at once: a peer that is later than this will not come. */
const WAIT_S = 20;
/** `WAIT_S`, the 9 s that a punch may take, and what a busy machine adds. */
const TIMEOUT_S = 45;
/** Ends a punch that hangs, so that it costs one side its report rather than the whole matrix. */
const LIMITED = ['timeout', '--preserve-status', '--kill-after=1', `${TIMEOUT_S}`];
const IDS = ['alice', 'bob'] as const;

export interface NatcheckPair {
  readonly clients: Both<LabContainer>;
  /** Address of a natcheck server. */
  readonly server: string;
  /** Where the two meet, and nobody else. */
  readonly room: string;
}

/** Runs both to their ends. @throws Error when the engine does not run them. */
export function punchWithNatcheck({ clients: [a, b], server, room }: NatcheckPair): Promise<Both<PunchedSide>> {
  const punch = (client: LabContainer, [id, peer]: readonly [string, string]): Promise<PunchedSide> =>
    punchIn(client, ['--server', server, '--room', room, '--id', id, '--peer', peer, '--wait', `${WAIT_S}`]);
  const [alice, bob] = IDS;
  return Promise.all([punch(a, [alice, bob]), punch(b, [bob, alice])]);
}

async function punchIn(client: LabContainer, options: readonly string[]): Promise<PunchedSide> {
  const argv = [...LIMITED, 'natcheck', 'punch', '--json', ...options];
  return punchedSide(await client.exec(argv, { timeoutMs: 2 * TIMEOUT_S * 1000 }));
}

/** Whatever is on stdout but is not a report is kept with stderr. */
export function punchedSide({ stdout, stderr, exitCode }: ExecResult): PunchedSide {
  const report = reportIn(stdout);
  return { exitCode, report, stderr: report ? stderr : `${stdout}${stderr}` };
}

function reportIn(stdout: string): PeerReport | null {
  try {
    const report = JSON.parse(stdout);
    return typeof report?.outcome === 'string' && typeof report.elapsedMs === 'number' ? report : null;
  } catch {
    return null;
  }
}
