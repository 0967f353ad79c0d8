/** `natcheck punch`: opens a path to a peer that runs the same command, direct wherever that is possible. */
import type { PathUse } from '../../src/punch/attempt/health/use.ts';
import { type Measured, measurePath, type PathHealth } from '../../src/punch/path/health.ts';
import { punch as punchPeer } from '../../src/punch/punch.ts';
import { measuredReport } from '../../src/punch/report/measured.ts';
import type { PunchReport } from '../../src/punch/report/report.ts';
import type { PunchResult } from '../../src/punch/result.ts';
import { visible } from '../../src/visible.ts';
import { type Context, defineCommand } from '../command.ts';
import { EXIT, type ExitCode, exitAfter } from '../exit-code.ts';
import { hang } from '../render/layout/wrap.ts';
import { createPunchProgress } from '../render/progress/punch.ts';
import { renderPunch } from '../render/punch-text.ts';
import { findProgram } from './punch/find-program.ts';
import { refuseProgram, startOnPath } from './punch/hand-over.ts';
import { askedFor, PUNCH_OPTIONS } from './punch/options.ts';

const NOTES = `\
If no direct path opens in time, the two peers are connected through a TURN
server: one that the rendezvous names, or one given by --turn. natcheck keeps
trying for a direct path, and switches to it when it opens. A relayed path is
never called anything else.

With a program after --, a direct path is handed over: natcheck closes its
socket and starts the program, which has to bind NATCHECK_LOCAL_ADDRESS and
NATCHECK_LOCAL_PORT, and to send to NATCHECK_REMOTE_ADDRESS and
NATCHECK_REMOTE_PORT. NATCHECK_ROLE is "controlling" on one side and
"controlled" on the other. The peer has to name a program too. What natcheck
says then goes to stderr, with --json as well.

--keep hands the program a port on the loopback interface instead, and passes
its datagrams on, also over a relayed path.

Exit codes: 0 a direct path, 5 a relayed path, 6 the peer did not come, or has
no program for the path, 7 no path, 3 no server answers; 127 or 126 if there is
no such program, or it cannot be started; else that of the program.`;

/** Below the report on a terminal. */
const HINT =
  'To use such a path: natcheck pipe joins stdin and stdout, natcheck expose and natcheck forward join ports, and natcheck punch … -- CMD hands it to a program of yours.';

export const punch = defineCommand({
  name: 'punch',
  takesProgram: true,
  options: PUNCH_OPTIONS,
  notes: NOTES,
  examples: [
    ['natcheck punch --id alice --peer bob --server stun.example.org', 'while bob runs the same with the ids swapped'],
    ['natcheck punch --peer bob --server stun.example.org -- ./program', 'start a program on the path, as bob does'],
  ],
  run: async (argv, context) => {
    const { signal, env, stderr } = context;
    const { options, program, waited } = askedFor(argv, env);
    const use = program?.use ?? 'measure';
    const refusal = program ? await findProgram(program.words[0], env.PATH) : null;
    if (program && refusal) {
      return refuseProgram(refusal, { name: program.words[0], say: (text) => stderr.write(`${visible(text)}\n`) });
    }
    using progress = await createPunchProgress(waited, context);
    await using punched = await punchPeer({ ...options, signal, onEvent: progress.show });
    const concluded = await conclude(punched, { progress, use, signal });
    progress[Symbol.dispose]();
    const { report, peerUse } = concluded;
    show(concluded, { isJson: argv.json === true, use, context });
    const { path, introduction } = punched;
    if (program && path && introduction && report.outcome !== 'failed') {
      const { role } = introduction;
      return await startOnPath({ ...context, ...program, punched, path, role, report, peerUse, say: progress.line });
    }
    if (peerUse === 'hand-over' || peerUse === 'keep') progress.line(explainPeerUse(report));
    return exitCodeOf(report);
  },
});

interface Concluded extends Pick<Measured, 'peerUse'> {
  readonly report: PunchReport;
  /** Null where there is no path. */
  readonly health: PathHealth | null;
}

/** Gives a relayed path time to become direct, if it has to be, then measures the path that there is. */
async function conclude(
  { report, path, upgraded }: PunchResult,
  {
    progress,
    use,
    signal,
  }: Pick<Context, 'signal'> & {
    readonly progress: Awaited<ReturnType<typeof createPunchProgress>>;
    readonly use: PathUse;
  },
): Promise<Concluded> {
  if (!path) return { report, health: null, peerUse: null };
  progress.connected(report);
  const better = report.outcome === 'relayed' && use !== 'keep' ? await upgraded : null;
  signal.throwIfAborted();
  if (better) progress.connected(better);
  const { health, peerUse } = await measurePath(path, { use, signal });
  // Meanwhile, a path that is kept as it is may have become direct all the same.
  const now = (await Promise.race([upgraded, null])) ?? report;
  return { report: measuredReport(now, { health, pair: path.stats().pair }), health, peerUse };
}

/** Shows the report: on stdout, unless that is a program's. */
function show(
  { report, health }: Concluded,
  { isJson, use, context }: { readonly isJson: boolean; readonly use: PathUse; readonly context: Context },
): void {
  const [output, color] = use === 'measure' ? [context.stdout, context.color] : [context.stderr, context.spinner];
  const { columns } = output;
  const hints = use === 'measure' && report.outcome !== 'failed' && columns !== null ? [HINT] : [];
  const text = isJson
    ? JSON.stringify({ ...report, health })
    : [renderPunch({ report, health }, { color, columns }), ...hints.map((hint) => hang('', hint, columns))].join('\n');
  output.write(`${text}\n`);
}

function explainPeerUse({ peer }: PunchReport): string {
  return `${peer} has a program for the path, which was closed here: end this line with -- CMD as well`;
}

function exitCodeOf({ reason, outcome }: PunchReport): ExitCode {
  if (reason !== null) return exitAfter(reason);
  return outcome === 'relayed' ? EXIT.relayed : EXIT.ok;
}
