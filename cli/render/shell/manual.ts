/** The manual page natcheck(1), in the man macros of roff, made from the commands and their options. */
import { readVersion } from '../../version.ts';
import { OWN_OPTIONS, type ShownCommand, type ShownOption } from './command-line.ts';

export function manualPage(commands: readonly ShownCommand[]): string {
  return `.\\" Made from the options of the commands by npm run docs.
.TH NATCHECK 1 "" "natcheck ${readVersion()}" "User Commands"
.SH NAME
natcheck \\- detect NATs, open direct UDP paths, and serve those who do
.SH SYNOPSIS
${commands.map((command) => `.B natcheck ${command.name}\n${escaped(['[options]', command.arguments].join(' ').trim())}\n.br\n`).join('')}.SH DESCRIPTION
Each command has its own options. Options can also be given in the environment, and in a file that
.B \\-\\-config
names: a word on the command line wins over a variable, and a variable over the file.
${commands.map(commandText).join('')}.SH OPTIONS OF EVERY COMMAND
${OWN_OPTIONS.map(optionText).join('')}.SH ENVIRONMENT
Every option is a variable too: NATCHECK_ and its name in capitals, with _ for each hyphen, such as
.B NATCHECK_HTTP_PORT
for
.BR \\-\\-http\\-port .
An option that is on or off takes true, 1, false or 0; one that can be repeated takes several words with spaces between them.
.SH EXIT STATUS
0 a verdict, or a direct path; 2 wrong usage; 3 no server answers; 4 inconclusive; 5 connected through a relay only; 6 the peer did not come; 7 no path; 70 a bug.
`;
}

function commandText({ name, summary, options, notes, examples }: ShownCommand): string {
  const shown = examples.map(([line, what]) => `.TP\n.B ${escaped(line)}\n${escaped(what)}\n`);
  return `.SH NATCHECK ${name.toUpperCase()}
${escaped(summary)}.
${options.map(optionText).join('')}${notesText(notes)}${shown.length > 0 ? `.PP\nExamples:\n${shown.join('')}` : ''}`;
}

function optionText({ names, describe, takes, choices, usual }: ShownOption): string {
  const value = takes === 'nothing' ? '' : ` ${choices.length > 0 ? choices.join('|') : takes.toUpperCase()}`;
  return `.TP
.B ${escaped(names.join(', ') + value)}
${escaped(describe)}${usual === null ? '' : ` (default: ${escaped(usual)})`}
`;
}

/** Paragraphs; one that explains terms is shown as it is laid out. */
function notesText(notes: string): string {
  return notes
    .split('\n\n')
    .filter(Boolean)
    .map((paragraph) =>
      /^\S+ {2,}/.test(paragraph) ? `.PP\n.nf\n${escaped(paragraph)}\n.fi\n` : `.PP\n${escaped(paragraph)}\n`,
    )
    .join('');
}

/** A backslash, a hyphen that is to be one, a line that would be taken for a request, and what is not ASCII. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(?=[.'])/gm, '\\&')
    .replaceAll(/[^\n -~]/gu, unicode);
}

function unicode(character: string): string {
  const digits = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  return `\\[u${digits}]`;
}
