/** Starts programs of the tests in containers of the lab, which have the library joined into few files, and not its parts. */
import { basename } from 'node:path';
import type { LabContainer, Program } from '../../../lab/index.ts';
import { joinedProgram } from './joined-program.ts';

/** Linux takes no longer word of a command than 128 KiB. */
const PART = 100_000;

/** By what is placed, and by where. */
const texts = new Map<string, Promise<string>>();
const placed = new Map<string, Promise<string>>();

/**
 * Starts it with these words as `process.argv` from index 1 on.
 * @param source the URL of its source, which may import any other.
 */
export async function startPlaced(container: LabContainer, source: URL, ...words: readonly string[]): Promise<Program> {
  const key = `${container.id} ${source.href}`;
  const placing = placed.get(key) ?? place(container, source);
  placed.set(key, placing);
  return container.start(['node', '--input-type=module', '-e', `await import('${await placing}')`, ...words]);
}

/** Where natcheck is, so that packages with binaries are found. */
async function place(container: LabContainer, source: URL): Promise<string> {
  const path = `/opt/natcheck/${basename(source.pathname, '.ts')}.mjs`;
  const joining = texts.get(source.href) ?? joinedProgram(source);
  texts.set(source.href, joining);
  const text = await joining;
  for (let at = 0; at < text.length; at += PART) {
    const write = `printf %s "$1" ${at === 0 ? '>' : '>>'} "$2"`;
    const { stderr, exitCode } = await container.exec(['sh', '-c', write, 'sh', text.slice(at, at + PART), path]);
    if (exitCode !== 0) throw new Error(`${path} is not written: ${stderr}`);
  }
  return path;
}
