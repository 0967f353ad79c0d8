/** `natcheck punch`: a direct path to a peer who runs the same command. */
import { hostname } from 'node:os';
import { UsageError } from '../../src/errors.ts';
import { measureHealth } from '../../src/net/path-health.ts';
import { PUNCH_WAIT_MS, punch as punchPeer } from '../../src/punch.ts';
import type { PunchReport } from '../../src/punch-report.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { createPunchProgress } from '../render/punch-progress.ts';
import { renderPunch } from '../render/punch-text.ts';

export const punch = defineCommand({
  name: 'punch',
  options: {
    peer: { type: 'string', demandOption: true, describe: 'Id of the peer, who runs the same command' },
    id: { type: 'string', describe: 'The own id; by default the host name' },
    server: { type: 'string', describe: 'HOST[:PORT] of a natcheck server. Also NATCHECK_SERVER' },
    rendezvous: { type: 'string', describe: 'URL of the rendezvous; by default ws://HOST:3480' },
    room: { type: 'string', default: 'default', describe: 'Where the two meet' },
    token: { type: 'string', describe: 'What the server wants to be shown. Also NATCHECK_TOKEN' },
    wait: { type: 'number', default: PUNCH_WAIT_MS / 1000, describe: 'Seconds to wait for the peer' },
    json: { type: 'boolean', describe: 'One JSON object on stdout (schema natcheck.punch/1)' },
  },
  examples: [['natcheck punch --id alice --peer bob --server stun.example.org', 'while bob does the reverse']],
  run: async (argv, { stdout, stderr, signal, color, spinner, env }) => {
    const server = argv.server ?? env.NATCHECK_SERVER;
    if (!server) throw new UsageError('--server or NATCHECK_SERVER names the natcheck server where the two meet');
    if (!(argv.wait > 0 && argv.wait <= 86_400))
      throw new UsageError('--wait takes seconds, from more than 0 to 86400');
    using progress = await createPunchProgress({ peer: argv.peer, spinner, stderr });
    await using punched = await punchPeer({
      id: argv.id ?? hostname(),
      peer: argv.peer,
      server,
      rendezvous: argv.rendezvous,
      room: argv.room,
      token: argv.token ?? env.NATCHECK_TOKEN,
      waitMs: argv.wait * 1000,
      signal,
      onEvent: progress.show,
    });
    const { report, path } = punched;
    progress.measuring();
    const health = path && (await measureHealth(path, signal));
    progress[Symbol.dispose]();
    stdout.write(`${argv.json ? JSON.stringify({ ...report, health }) : renderPunch({ report, health }, { color })}\n`);
    return exitCodeOf(report);
  },
});

function exitCodeOf({ reason }: PunchReport): ExitCode {
  switch (reason) {
    case null:
      return EXIT.ok;
    case 'no-peer':
      return EXIT.noPeer;
    case 'no-path':
      return EXIT.noPath;
    case 'rendezvous-refused':
      return EXIT.usage;
    case 'unknown-host':
    case 'rendezvous-unreachable':
    case 'rendezvous-lost':
    case 'no-route':
    case 'udp-silent':
      return EXIT.noServer;
  }
}
