/** Completion for bash: one function, which knows the options of each command and what they take. */
import { OWN_OPTIONS, type ShownCommand, type ShownOption } from './command-line.ts';

export function bashCompletion(commands: readonly ShownCommand[]): string {
  const names = commands.map(({ name }) => name);
  return `# Completion of natcheck for bash: natcheck completion bash > /etc/bash_completion.d/natcheck
_natcheck() {
  local current="\${COMP_WORDS[COMP_CWORD]}" last="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      --) compopt -o default; return ;;
      ${names.join('|')}) command="$word"; break ;;
    esac
  done
  case "$command $last" in
${commands.flatMap(({ name, options }) => [...options, ...OWN_OPTIONS].map((option) => valueCase(name, option))).join('')}  esac
  case "$command" in
    '') words='${[...names, ...OWN_OPTIONS.flatMap((option) => option.names)].join(' ')}' ;;
${commands.map(commandCase).join('')}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ -n $command && $current != -* ]] && compopt -o default
}
complete -F _natcheck natcheck
`;
}

/** What may follow an option that takes something. */
function valueCase(command: string, { names, takes, choices }: ShownOption): string {
  if (takes === 'nothing') return '';
  const when = names.map((name) => `'${command} ${name}'`).join('|');
  if (choices.length > 0)
    return `    ${when}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$current")); return ;;\n`;
  return `    ${when}) ${takes === 'file' ? 'compopt -o default; ' : ''}return ;;\n`;
}

function commandCase({ name, options }: ShownCommand): string {
  const words = [...options, ...OWN_OPTIONS].flatMap((option) => option.names);
  return `    ${name}) words='${words.join(' ')}' ;;\n`;
}
