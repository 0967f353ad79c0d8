/** `natcheck completion`: prints what makes a shell complete natcheck's commands and options. */
import { UsageError } from '../../src/errors.ts';
import { type Command, type Commands, defineCommand } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { ShownCommand } from '../render/shell/command-line.ts';

type Maker = (commands: readonly ShownCommand[]) => string;

const SHELLS: Readonly<Record<string, () => Promise<Maker>>> = {
  bash: async () => (await import('../render/shell/bash.ts')).bashCompletion,
  zsh: async () => (await import('../render/shell/zsh.ts')).zshCompletion,
  fish: async () => (await import('../render/shell/fish.ts')).fishCompletion,
};

/** @param commands all that there are, this one included. */
export function completionOf(commands: Commands): Command {
  return defineCommand({
    name: 'completion',
    arguments: '<shell>',
    positionals: { shell: { type: 'string', describe: 'bash, zsh or fish' } },
    options: {},
    examples: [
      ['natcheck completion bash > /etc/bash_completion.d/natcheck', 'for every user of bash'],
      ['natcheck completion zsh > /usr/local/share/zsh/site-functions/_natcheck', 'for every user of zsh'],
      ['natcheck completion fish > ~/.config/fish/completions/natcheck.fish', 'for fish'],
    ],
    run: async (argv, { stdout }) => {
      const { shell } = argv as { readonly shell: string };
      const maker = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
      if (!maker) throw new UsageError(`natcheck completion takes bash, zsh or fish, not '${shell}'`);
      const [{ shownCommands }, make] = await Promise.all([import('../render/shell/command-line.ts'), maker()]);
      stdout.write(make(await shownCommands(commands)));
      return EXIT.ok;
    },
  });
}
