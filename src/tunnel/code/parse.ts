/** Reads a code as people write it: in capitals, with spaces, without dashes. What is wrong with it is told before anything is sent. */
import { visible } from '../../visible.ts';
import { ALPHABET, CHECK_CHARACTERS, type CheckedText, isChecked, suspectsOf } from './check.ts';
import { type Code, GROUP_CHARACTERS, readHeader, SECRET_CHARACTERS } from './code.ts';
import { isServerText, SERVER_MAX_CHARACTERS } from './server.ts';

/** All characters before the `@`, without dashes. */
export const CODE_CHARACTERS = 1 + SECRET_CHARACTERS + CHECK_CHARACTERS;
/** More than any code of today has, a space beside each character included, and enough for versions to come. */
export const CODE_MAX_CHARACTERS = 2 * (64 + SERVER_MAX_CHARACTERS);

/** `message` is a sentence that says what is wrong and what to do; it has nothing of the code in it but a wrong character. */
export type ParsedCode =
  | { readonly ok: true; readonly code: Code }
  | { readonly ok: false; readonly problem: CodeProblem; readonly message: string };
export type CodeProblem = 'empty' | 'too-long' | 'mistyped' | 'newer';

/** Reads a code. Never throws, whatever the text. */
export function parseCode(text: string): ParsedCode {
  if (text.length > CODE_MAX_CHARACTERS) {
    return problem('too-long', `this is not a code: one has ${CODE_MAX_CHARACTERS} characters at most`);
  }
  const read = split(text);
  if (read.characters === '' && read.server === null) {
    return problem('empty', 'the code is empty: natcheck code makes one');
  }
  const server = read.server ?? '';
  const wrong = wrongCharacter(read.characters) ?? wrongServer(read);
  if (wrong !== null) return mistyped(wrong);
  if (!isChecked({ characters: read.characters, server })) return mistyped(explainCheck({ ...read, server }));
  const header = readHeader(read.characters);
  if (header === 'newer') {
    return problem('newer', 'this code is of a newer natcheck: update the natcheck on this machine');
  }
  const isWhole = read.characters.length === CODE_CHARACTERS && header?.namesServer === (read.server !== null);
  if (!header || !isWhole) return mistyped(explainCheck({ ...read, server }));
  const secret = read.characters.slice(1, 1 + SECRET_CHARACTERS);
  return { ok: true, code: { version: 1, once: header.once, server: read.server, secret } };
}

/** What of a text counts: no spaces, no dashes of any kind, no capitals, nothing that is not seen. */
interface Read {
  readonly characters: string;
  /** What follows the `@`; null where there is none. */
  readonly server: string | null;
}

function split(text: string): Read {
  const at = text.indexOf('@');
  const characters = (at === -1 ? text : text.slice(0, at)).replaceAll(/[\s\p{Pd}\p{Cf}]/gu, '').toLowerCase();
  // A word processor writes another dash in place of a hyphen.
  const server =
    at === -1
      ? null
      : text
          .slice(at + 1)
          .trim()
          .replaceAll(/\p{Pd}/gu, '-')
          .toLowerCase();
  return { characters, server };
}

/** Says which group has a character that no code has; null where none has. */
function wrongCharacter(characters: string): string | null {
  const all = [...characters];
  const place = all.findIndex((character) => !ALPHABET.includes(character));
  if (place === -1) return null;
  const why = `'${visible(all[place] ?? '')}', and no code has a character other than ${ALPHABET}`;
  return `its ${groupAt(place)} has ${why}`;
}

function wrongServer({ server }: Read): string | null {
  if (server === null || isServerText(server)) return null;
  return 'what follows the @ is not the name or address of a server';
}

/** Says what is wrong where the check is. */
function explainCheck(text: Read & CheckedText): string {
  const { characters, server } = text;
  if (characters.length !== CODE_CHARACTERS) {
    return `it has ${characters.length} letters and digits${server === '' ? '' : ' before the @'}, and a code has ${CODE_CHARACTERS}`;
  }
  const header = readHeader(characters);
  if (server === '' && header !== 'newer' && header?.namesServer) {
    return 'either its first character is wrong, or the @ with the name of a server is missing at its end';
  }
  const suspects = suspectsOf(text);
  const where = [...new Set(suspects.places.map(groupAt)), ...(suspects.server ? ["server's name"] : [])];
  return where.length === 1
    ? `the mistake seems to be in its ${where[0]}`
    : 'compare it with the other side, group by group';
}

function groupAt(place: number): string {
  return `group ${Math.trunc(place / GROUP_CHARACTERS) + 1}`;
}

function mistyped(why: string): ParsedCode {
  return problem('mistyped', `the code is mistyped: ${why}`);
}

function problem(kind: CodeProblem, message: string): ParsedCode {
  return { ok: false, problem: kind, message };
}
