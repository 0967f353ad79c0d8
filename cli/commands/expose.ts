/** `natcheck expose`: lets the other side reach ports and socket files of this host, or of others that this one reaches. */
import { UsageError } from '../../src/errors.ts';
import { parseCode } from '../../src/tunnel/code/parse.ts';
import type { ForwardEvent } from '../../src/tunnel/forward/event.ts';
import { createExposure } from '../../src/tunnel/forward/expose/exposure.ts';
import { parseExposed } from '../../src/tunnel/forward/grammar/parse-exposed.ts';
import { proposeForwards } from '../../src/tunnel/forward/grammar/proposal.ts';
import { formatTarget } from '../../src/tunnel/forward/grammar/target.ts';
import { BY_HAND } from '../code/source.ts';
import { defineCommand } from '../command.ts';
import { meetingOf } from '../tunnel/choose-meeting.ts';
import { ONCE_OPTION, TUNNEL_OPTIONS } from '../tunnel/meeting.ts';
import { openMeeting } from '../tunnel/open-meeting.ts';
import { createReporter } from '../tunnel/reporter.ts';
import { EXPOSE_LABEL, VERBOSE_OPTION } from './forward/options.ts';
import { serveTunnels } from './forward/serve-tunnels.ts';
import { createNotes, exposedText } from './forward/words.ts';

/** How long a side that has fallen silent is tried again; when it comes back later, it asks by itself. */
const PATIENCE_MS = 60_000;

const NOTES = `\
TARGET is PORT, HOST:PORT or [IPv6]:PORT, with /udp behind it where it is not
TCP; or a socket file, as /PATH, ./PATH or unix:PATH. Only these can be reached,
whatever the other side asks for. It runs natcheck forward, with the code that
is printed here, or that was given by NATCHECK_CODE or --code-fd. Any number of
sides may, one after another and at once, until this is ended by Ctrl-C; with
--once, or by hand (--manual), only the first, until it goes.

Exit codes: 0 ended by Ctrl-C, or after the one connection, 2 the options make
no sense, or expose runs with this code already, 3 no server answers, 7 the one
connection was lost.`;

export const expose = defineCommand({
  name: 'expose',
  arguments: '<target..>',
  positionals: { target: { type: 'string', array: true, describe: 'What the other side may reach' } },
  options: { ...TUNNEL_OPTIONS, ...ONCE_OPTION, ...VERBOSE_OPTION },
  notes: NOTES,
  examples: [
    ['natcheck expose 22 8080 --server stun.example.org', 'let the other side use SSH and a web server of this host'],
    ['natcheck expose 51820/udp db.lan:5432 --server stun.example.org', 'a UDP port, and a port of another host'],
  ],
  run: async (argv, context) => {
    const { target: words } = argv as typeof argv & { readonly target: readonly string[] };
    refuseCode(words);
    const targets = parseExposed(words);
    const meeting = await meetingOf(argv, context, { argument: undefined, label: EXPOSE_LABEL });
    context.stdout.write(exposedText(targets));
    await using reporter = await createReporter({
      ...{ argv, context, meeting, waitMs: Number.POSITIVE_INFINITY },
      ...{ otherCommand: ['natcheck', 'forward'], otherArguments: proposeForwards(targets) },
    });
    reporter.log({ kind: 'exposing', targets: targets.map(formatTarget) });
    const note = createNotes({ isVerbose: argv.verbose ?? false });
    const onEvent = (event: ForwardEvent): void => {
      reporter.log(event);
      const text = note(event);
      if (text !== null) reporter.line(text);
    };
    using exposure = createExposure({ targets, onEvent });
    await using link = await openMeeting(meeting, {
      ...{ argv, reporter, waitMs: Number.POSITIVE_INFINITY, patienceMs: PATIENCE_MS },
      peers: { kind: meeting.isOnce ? 'first' : 'everyone' },
    });
    return await serveTunnels(link, { meeting, reporter, env: context.env, use: exposure.serve });
  },
});

/** A code among the targets would be repeated in the sentence that says it is none. */
function refuseCode(words: readonly string[]): void {
  if (words.some((word) => BY_HAND.test(word) || parseCode(word).ok))
    throw new UsageError('a code is no target: natcheck expose takes it from NATCHECK_CODE or --code-fd');
}
