/** Inputs that are kept: real ones to begin with, and every one that has found a bug. */
import { readFileSync } from 'node:fs';
import { readCorpus } from '../stun/corpus.ts';

type Some<T> = readonly [T, ...T[]];

function some<T>(all: readonly T[], name: string): Some<T> {
  const [first, ...rest] = all;
  if (first === undefined) throw new Error(`the corpus ${name} is empty`);
  return [first, ...rest];
}

const fileOf = (name: string): string => readFileSync(new URL(`corpus/${name}`, import.meta.url), 'utf8');

/** One on each line of `corpus/NAME.txt`; those that begin with `#` are remarks. */
export function linesOf(name: string): Some<string> {
  const lines = fileOf(`${name}.txt`).split('\n');
  return some(
    lines.filter((line) => line !== '' && !line.startsWith('#')),
    name,
  );
}

/** The same, as bytes in hex. */
export function bytesOf(name: string): Some<Uint8Array> {
  return some(
    linesOf(name).map((line) => Uint8Array.from(Buffer.from(line, 'hex'))),
    name,
  );
}

export function jsonOf(name: string): Some<unknown> {
  return some(
    linesOf(name).map((line) => JSON.parse(line) as unknown),
    name,
  );
}

/** Whole texts, with a line of `----` between. */
export function textsOf(name: string): Some<string> {
  return some(fileOf(`${name}.txt`).split('\n----\n'), name);
}

/** Recorded datagrams of STUN and TURN, and those that are kept here. */
export function stunOf(): Some<Uint8Array> {
  return some([...readCorpus('coturn-4.6.1'), ...readCorpus('channel-data'), ...bytesOf('stun')], 'stun');
}
