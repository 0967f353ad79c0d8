/** Completion for zsh, by its own _arguments. */
import { OWN_OPTIONS, type ShownCommand, type ShownOption } from './command-line.ts';

export function zshCompletion(commands: readonly ShownCommand[]): string {
  return `#compdef natcheck
# Completion of natcheck for zsh: natcheck completion zsh > "\${fpath[1]}/_natcheck"
_natcheck() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${OWN_OPTIONS.map(argumentOf).join(' ')} ': :->command' '*:: :->argument'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, summary }) => `        ${quoted(`${name}:${summary}`)}\n`).join('')}      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
${commands.map(commandCase).join('')}      esac
      ;;
  esac
}
# It is read when it is first needed, or sourced.
if [[ $funcstack[1] == _natcheck ]]; then _natcheck "$@"; else compdef _natcheck natcheck; fi
`;
}

function commandCase({ name, options }: ShownCommand): string {
  const all = [...options, ...OWN_OPTIONS].map((option) => `          ${argumentOf(option)} \\\n`);
  return `        ${name})\n          _arguments -s \\\n${all.join('')}          '*: :_files'\n          ;;\n`;
}

/** One word for each name of the option, as \`'*--ip[what it is]:text:'\`. */
function argumentOf({ names, describe, takes, choices, isRepeated }: ShownOption): string {
  const text = describe.replaceAll(/[\\[\]:]/g, (character) => `\\${character}`);
  const action = choices.length > 0 ? `(${choices.join(' ')})` : takes === 'file' ? '_files' : ' ';
  const value = takes === 'nothing' ? '' : `:${takes}:${action}`;
  return names.map((name) => quoted(`${isRepeated ? '*' : ''}${name}[${text}]${value}`)).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
