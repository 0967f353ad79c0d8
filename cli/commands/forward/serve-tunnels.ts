/** Gives every tunnel of a link to whoever uses them, until the link ends, or a code for one connection has had it. */
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import type { Link } from '../../../src/tunnel/link/link.ts';
import type { Tunnel } from '../../../src/tunnel/tunnel.ts';
import { markUsed } from '../../code/used.ts';
import type { Context } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit-code.ts';
import { exitAfterLink } from '../../tunnel/exit.ts';
import type { Meeting } from '../../tunnel/meeting.ts';
import type { Reporter } from '../../tunnel/reporter.ts';
import { createTraffics } from './traffic.ts';

export interface Serving {
  readonly meeting: Meeting;
  readonly reporter: Reporter;
  readonly env: Context['env'];
  /** Gets each tunnel. */
  readonly use: (tunnel: Tunnel) => void;
}

/** Returns how the command ends. @throws what has broken the link; UsageError when a used code cannot be remembered. */
export async function serveTunnels(link: Link, { meeting, reporter, env, use }: Serving): Promise<ExitCode> {
  const { code, isOnce } = meeting;
  const traffics = createTraffics();
  for await (const { tunnel, settle } of link.tunnels) {
    settle();
    use(tunnel);
    traffics.add(tunnel);
    reporter.follow(traffics.read);
    if (!isOnce) continue;
    if (code) await markUsed(keysOf(code.secret).room, env);
    // Until the link is disposed of its tunnels go on, though it has ended.
    const first = await Promise.race([tunnel.closed, link.closed]);
    if (first.reason === 'peer-restarted' || first.reason === 'peer-left') {
      reporter.follow(null);
      reporter.ended({ reason: 'peer-left', detail: null }, EXIT.ok);
      return EXIT.ok;
    }
    break;
  }
  const end = await link.closed;
  const exitCode = exitAfterLink(end);
  reporter.follow(null);
  reporter.ended(end, exitCode);
  return exitCode;
}
