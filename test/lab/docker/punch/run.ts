/** One `natcheck punch` in a client of the lab, followed by the lines that it says. */
import type { LabContainer, LabServer, Program } from '../../../../lab/index.ts';
import type { PathHealth } from '../../../../src/punch/path/health.ts';
import type { PunchReport } from '../../../../src/punch/report/report.ts';

/** Less than RESULT_TIMEOUT_MS, so that both sides say why when one of them does not come. */
const WAIT_SECONDS = 20;
/** Beyond the wait and the 9 s that a punch may take: what a busy machine adds. */
const RESULT_TIMEOUT_MS = 50_000;

export interface PunchResult {
  readonly report: PunchReport & { readonly health: PathHealth | null };
  readonly exitCode: number;
}

export interface PunchRun {
  /** Resolves when step 1 is done: the server knows this peer's public endpoint, and the peer is waited for. */
  bound(): Promise<void>;
  result(): Promise<PunchResult>;
  /** By SIGKILL, so that it says goodbye to nobody. */
  kill(): Promise<void>;
}

export interface PunchNames {
  readonly server: Pick<LabServer, 'primary'>;
  readonly id: string;
  readonly peer: string;
  readonly room: string;
  /** The server's own when not given. */
  readonly rendezvous?: string;
  /** How long to wait for the peer; default WAIT_SECONDS. */
  readonly waitSeconds?: number | undefined;
  readonly mode?: '--relay-only' | '--direct-only';
}

/** A program that is killed takes its shell along, which is what says the exit code. */
const SAY_EXIT_CODE = '"$@" & echo "pid: $!"; wait $!; echo "exit: $?"';

export async function startPunch(client: LabContainer, names: PunchNames): Promise<PunchRun> {
  const { server, id, peer, room, rendezvous, waitSeconds = WAIT_SECONDS, mode } = names;
  const flags = [
    '--json',
    ...['--server', server.primary, '--room', room, '--id', id, '--peer', peer, '--wait', `${waitSeconds}`],
    ...(rendezvous ? ['--rendezvous', rendezvous] : []),
    ...(mode ? [mode] : []),
  ];
  const program: Program = await client.start(['sh', '-c', SAY_EXIT_CODE, 'sh', 'natcheck', 'punch', ...flags]);
  const after = async (label: RegExp): Promise<string> => {
    const line = await program.line(label, { timeoutMs: RESULT_TIMEOUT_MS });
    return line.replace(label, '');
  };
  return {
    bound: async () => void (await program.line(/→ server: the server sees/, { timeoutMs: RESULT_TIMEOUT_MS })),
    async result() {
      const exitCode = Number(await after(/^exit: /));
      return { report: JSON.parse(await program.line(/^\{"schema":/)), exitCode };
    },
    async kill() {
      await client.exec(['kill', '-KILL', await after(/^pid: /)]);
      await program.ended;
    },
  };
}
