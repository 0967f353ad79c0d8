/** `natcheck forward`: has what the other side exposes on ports and socket files of this host. */
import { UsageError } from '../../src/errors.ts';
import type { ForwardEvent } from '../../src/tunnel/forward/event.ts';
import { looksLikeListen, parseForwards } from '../../src/tunnel/forward/grammar/parse-forward.ts';
import { type Forward, formatListen, formatTarget } from '../../src/tunnel/forward/grammar/target.ts';
import { openForwarding } from '../../src/tunnel/forward/listen/forwarding.ts';
import { type Context, defineCommand } from '../command.ts';
import { meetingOf } from '../tunnel/choose-meeting.ts';
import { TUNNEL_OPTIONS, type TunnelWords } from '../tunnel/meeting.ts';
import { openMeeting } from '../tunnel/open-meeting.ts';
import { createReporter, type Reporter } from '../tunnel/reporter.ts';
import { EXPOSE_LABEL, VERBOSE_OPTION } from './forward/options.ts';
import { serveTunnels } from './forward/serve-tunnels.ts';
import { createNotes, listeningText } from './forward/words.ts';
import { waitOption } from './options/room-options.ts';

/** As long as a pipe waits. */
const WAIT_S = 600;

const NOTES = `\
Each word is LISTEN or LISTEN:TARGET. LISTEN is PORT or ADDRESS:PORT, on
loopback unless an address says otherwise, or a socket file. TARGET is what the
other side exposes, as it is named there; without it, the port that is listened
on names it. /udp behind one of them makes it UDP. CODE is what natcheck expose
has printed; it may come from NATCHECK_CODE or --code-fd instead.

It goes on until Ctrl-C, and connects again by itself.

Exit codes: 0 ended by Ctrl-C, 2 the options make no sense, or a port to listen
on is in use, 6 the other side did not come, 7 there was no path, 3 no server
answers.`;

export const forward = defineCommand({
  name: 'forward',
  arguments: '<code> [listen..]',
  positionals: {
    code: {
      type: 'string',
      describe:
        'Code that the other side has shown, or the offer that its --manual has made; left out where it comes another way',
    },
    listen: { type: 'string', array: true, describe: 'Where to listen, and for what there: LISTEN[:TARGET]' },
  },
  options: {
    ...TUNNEL_OPTIONS,
    ...VERBOSE_OPTION,
    wait: { type: 'number', default: WAIT_S, describe: 'Seconds to wait for the other side' },
  },
  notes: NOTES,
  examples: [
    ['natcheck forward CODE 2222:22', 'have port 22 of the other side on port 2222 of this host'],
    [
      'natcheck forward CODE 0.0.0.0:8080:web.internal:80',
      'have what it exposes as web.internal:80, for other hosts too',
    ],
    ['natcheck forward CODE 51820/udp ./db.sock:localhost:5432', 'a UDP port, and a port on a socket file'],
  ],
  run: async (argv, context) => {
    const { argument, texts } = wordsOf(argv, context);
    const forwards = parseForwards(texts);
    const waitMs = waitOption(argv);
    const meeting = await meetingOf(argv, context, { argument, label: null });
    const note = createNotes({ isVerbose: argv.verbose ?? false });
    let reporter: Reporter | null = null;
    const onEvent = (event: ForwardEvent): void => {
      reporter?.log(event);
      const text = note(event);
      if (text !== null) reporter?.line(text);
    };
    // Nothing is sent when a port to listen on cannot be had.
    await using forwarding = await openForwarding({ forwards, onEvent });
    context.stdout.write(listeningText(forwarding.forwards));
    await using told = await createReporter({
      ...{ argv, context, meeting, waitMs, otherCommand: ['natcheck', 'expose'], takesCodeFromEnv: true },
      otherArguments: forwards.map(({ target }) => formatTarget(target)),
    });
    reporter = told;
    told.log({ kind: 'listening', forwards: forwarding.forwards.map(writtenForward) });
    await using link = await openMeeting(meeting, {
      ...{ argv, reporter: told, waitMs, patienceMs: Number.POSITIVE_INFINITY },
      peers: { kind: 'one', id: meeting.keys?.id(EXPOSE_LABEL) ?? '' },
    });
    return await serveTunnels(link, { meeting, reporter: told, env: context.env, use: forwarding.use });
  },
});

/** Tells the code from what follows; it may be left out where it comes otherwise. */
function wordsOf(
  argv: TunnelWords,
  { env }: Context,
): { readonly argument: string | undefined; readonly texts: readonly string[] } {
  const { code: first, listen = [] } = argv as TunnelWords & { readonly code: string; readonly listen?: string[] };
  if (!looksLikeListen(first)) return { argument: first, texts: listen };
  const isElsewhere = [argv.peer, argv.manual, argv['code-fd'], env.NATCHECK_CODE].some((value) => value !== undefined);
  if (isElsewhere) return { argument: undefined, texts: [first, ...listen] };
  throw new UsageError('the code is missing: natcheck expose prints it, as in: natcheck forward CODE 2222:22');
}

function writtenForward({ listen, target }: Forward): { readonly listen: string; readonly target: string } {
  return { listen: formatListen(listen), target: formatTarget(target) };
}
