/** `natcheck forward`: has what the other side exposes on ports and socket files of this host. */
import { UsageError } from '../../src/errors.ts';
import type { Code } from '../../src/tunnel/code/code.ts';
import type { ForwardEvent } from '../../src/tunnel/forward/event.ts';
import { parseForwards } from '../../src/tunnel/forward/grammar/parse-forward.ts';
import { openForwarding } from '../../src/tunnel/forward/listen/forwarding.ts';
import { openLink } from '../../src/tunnel/link/open-link.ts';
import { readCode } from '../code/source.ts';
import { type Context, defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exposingId, linkText, MEET_OPTIONS, type MeetWords, meetingOf } from './forward/meet.ts';
import { createNotes, listeningText } from './forward/words.ts';

const NOTES = `\
LISTEN is written as LISTEN[:TARGET]. LISTEN is PORT or ADDRESS:PORT, on
loopback unless an address says otherwise, or a socket file; TARGET is what the
other side exposes, as it is named there. Without TARGET the port that is
listened on names it. /udp behind either makes it UDP.`;

export const forward = defineCommand({
  name: 'forward',
  arguments: '<words..>',
  positionals: {
    words: { type: 'string', array: true, describe: 'CODE LISTEN…; without CODE where it comes otherwise' },
  },
  options: {
    ...MEET_OPTIONS,
    peer: { type: 'string', describe: 'Without a code: the id of the side that exposes' },
    wait: { type: 'number', default: 60, describe: 'Seconds to wait for the other side' },
  },
  notes: NOTES,
  examples: [
    ['natcheck forward CODE 2222:22', 'have port 22 of the other side on port 2222 of this host'],
    ['natcheck forward CODE 0.0.0.0:8080:web.internal:80', 'the same for others, and a host behind the other side'],
    ['natcheck forward CODE 51820/udp ./db.sock:localhost:5432', 'a UDP port, and a socket file'],
  ],
  run: async (argv, context) => {
    const { words } = argv as typeof argv & { readonly words: readonly string[] };
    const { stderr, stdout } = context;
    const { code, texts } = await codeAndTexts(argv, words, context);
    const note = createNotes({ isVerbose: argv.verbose ?? false });
    const say = (text: string | null): void => void (text === null || stderr.write(`${text}\n`));
    const forwards = parseForwards(texts);
    await using forwarding = await openForwarding({ forwards, onEvent: (event: ForwardEvent) => say(note(event)) });
    const id = code ? exposingId(code) : (argv.peer ?? '');
    await using link = await openLink({
      ...meetingOf(argv, { code, side: 'forward', context }),
      ...{ peers: { kind: 'one', id }, waitMs: argv.wait * 1000, patienceMs: Number.POSITIVE_INFINITY },
      onEvent: (event) => say(linkText(event)),
    });
    stdout.write(listeningText(forwarding.forwards));
    for await (const { tunnel } of link.tunnels) forwarding.use(tunnel);
    if (context.signal.aborted) return EXIT.ok;
    const end = await link.closed;
    say(end.reason);
    return EXIT.noPeer;
  },
});

async function codeAndTexts(
  argv: MeetWords & { readonly peer?: string | undefined },
  words: readonly string[],
  { env, signal }: Context,
): Promise<{ readonly code: Code | null; readonly texts: readonly string[] }> {
  const isElsewhere = argv.peer !== undefined || env.NATCHECK_CODE !== undefined || argv['code-fd'] !== undefined;
  const [argument, ...rest] = words;
  const code = await readCode({
    ...{ fd: argv['code-fd'], env: argv.peer === undefined ? env : {}, signal },
    argument: isElsewhere ? undefined : argument,
  });
  if (!code && argv.peer === undefined) throw new UsageError('name the code of the other side, or its id by --peer');
  return { code, texts: isElsewhere ? words : rest };
}
