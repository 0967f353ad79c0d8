/** `natcheck code`: makes a code for a script, which both sides are given. */
import { randomBytes } from 'node:crypto';
import { createCode, formatCode } from '../../src/tunnel/code/code.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { ONCE_OPTION } from '../tunnel/meeting.ts';

const NOTES = `\
Whoever has the code is the other side, and nobody else is: hand it over as you
would a password. natcheck takes it as an argument, from NATCHECK_CODE, or from
a file descriptor (--code-fd); the last two are in no process list.`;

export const code = defineCommand({
  name: 'code',
  options: {
    server: {
      type: 'string',
      describe: 'natcheck server where the two sides meet, as HOST[:PORT] (env NATCHECK_SERVER)',
      defaultDescription: 'none: they meet at public brokers',
    },
    ...ONCE_OPTION,
  },
  notes: NOTES,
  examples: [
    ['natcheck code --server stun.example.org', 'print a code that both sides can be given, as often as they like'],
    ['NATCHECK_CODE=$(natcheck code --once)', 'keep a code for one connection in a variable'],
  ],
  run: async (argv, { stdout, env }) => {
    const server = argv.server ?? (env.NATCHECK_SERVER || null);
    const made = createCode({ server, once: argv.once ?? false, randomBytes });
    stdout.write(`${formatCode(made)}\n`);
    return EXIT.ok;
  },
});
