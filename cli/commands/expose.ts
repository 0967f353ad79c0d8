/** `natcheck expose`: lets the other side reach ports and socket files of this host, or of others that this one reaches. */
import type { ForwardEvent } from '../../src/tunnel/forward/event.ts';
import { createExposure, type Exposure } from '../../src/tunnel/forward/expose/exposure.ts';
import { parseExposed } from '../../src/tunnel/forward/grammar/parse-exposed.ts';
import { proposeForwards } from '../../src/tunnel/forward/grammar/proposal.ts';
import type { Target } from '../../src/tunnel/forward/grammar/target.ts';
import type { Link } from '../../src/tunnel/link/link.ts';
import { openLink } from '../../src/tunnel/link/open-link.ts';
import { readCode } from '../code/source.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { linkText, MEET_OPTIONS, meetingOf, meetingWords, newCode } from './forward/meet.ts';
import { createNotes, exposedText } from './forward/words.ts';

/** How long a side that has fallen silent is tried again; it asks by itself when it comes back later. */
const PATIENCE_MS = 60_000;

const NOTES = `\
TARGET is PORT, HOST:PORT or [IPv6]:PORT, with /udp behind it where it is not
TCP; or a socket file, as /PATH, ./PATH or unix:PATH. Only these can be reached,
whatever the other side asks for. It runs natcheck forward, with the code that
is printed here; any number of sides may, one after another and at once.`;

export const expose = defineCommand({
  name: 'expose',
  arguments: '<target..>',
  positionals: { target: { type: 'string', array: true, describe: 'What may be reached' } },
  options: {
    ...MEET_OPTIONS,
    once: { type: 'boolean', describe: 'End when the first side that has come has gone again' },
  },
  notes: NOTES,
  examples: [
    ['natcheck expose 22 8080 --server stun.example.org', 'let the other side use SSH and a web server of this host'],
    ['natcheck expose 51820/udp db.lan:5432 --server stun.example.org', 'a UDP port, and a port of another host'],
  ],
  run: async (argv, context) => {
    const { target: words } = argv as typeof argv & { readonly target: readonly string[] };
    const targets = parseExposed(words);
    const { stderr, env, signal } = context;
    const given = await readCode({ fd: argv['code-fd'], env, signal });
    const code = given ?? (argv.id === undefined ? newCode(argv, context, argv.once ?? false) : null);
    const note = createNotes({ isVerbose: argv.verbose ?? false });
    const say = (text: string | null): void => void (text === null || stderr.write(`${text}\n`));
    using exposure = createExposure({ targets, onEvent: (event: ForwardEvent) => say(note(event)) });
    await using link = await openLink({
      ...meetingOf(argv, { code, side: 'expose', context }),
      ...{ peers: { kind: 'everyone' }, waitMs: Number.POSITIVE_INFINITY, patienceMs: PATIENCE_MS },
      onEvent: (event) => say(linkText(event)),
    });
    context.stdout.write(exposedText(targets));
    if (code) say(otherSide(meetingWords(argv, code), targets));
    await serveAll(link, exposure, { isOnce: argv.once ?? false });
    return EXIT.ok;
  },
});

function otherSide(words: readonly string[], targets: readonly Target[]): string {
  return `to be run on the other machine:\n  natcheck forward ${[...words, ...proposeForwards(targets)].join(' ')}`;
}

async function serveAll(link: Link, exposure: Exposure, { isOnce }: { readonly isOnce: boolean }): Promise<void> {
  for await (const { tunnel } of link.tunnels) {
    exposure.serve(tunnel);
    if (!isOnce) continue;
    await tunnel.closed;
    return;
  }
}
