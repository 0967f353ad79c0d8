/** Writes what the routers of a try have captured: one pcap file for each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PairTold } from '../../docker/witness/witness.ts';

export interface CapturesOfTry extends Pick<PairTold, 'captures'> {
  /** The names of the accesses, row first. */
  readonly pair: readonly [string, string];
  readonly number: number;
}

/** Makes the directory if it is not there. Such as `full-cone_symmetric.1.a-router.pcap`. */
export async function writeCaptures(dir: string, { pair, number, captures }: CapturesOfTry): Promise<void> {
  await mkdir(dir, { recursive: true });
  const stem = pair.map(fileName).join('_');
  await Promise.all(
    captures.map(({ name, pcap }) => writeFile(join(dir, `${stem}.${number}.${fileName(name)}.pcap`), pcap)),
  );
}

/** `a's router` is `a-router`. */
function fileName(name: string): string {
  return name.replaceAll("'s ", '-').replaceAll(/[^\w.+-]+/g, '-');
}
