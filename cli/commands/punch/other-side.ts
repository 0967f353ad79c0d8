/** The line to run on the other machine: this side's own, with the ids swapped. */
import type { PathUse } from '../../../src/punch/attempt/health/use.ts';
import { DEFAULT_ROOM } from '../../../src/punch/report/unproven.ts';
import { shellWords } from '../../render/layout/shell-words.ts';

export interface OwnWords {
  readonly id: string;
  readonly peer: string;
  readonly server: string;
  readonly rendezvous?: string | undefined;
  readonly room: string;
  readonly use: PathUse;
}

/** Returns a line for a POSIX shell; CMD stands for the program of the other side. A token is not in it. */
export function otherSideLine({ id, peer, server, rendezvous, room, use }: OwnWords): string {
  const words = [
    ...['natcheck', 'punch', '--id', peer, '--peer', id, '--server', server],
    ...(rendezvous === undefined ? [] : ['--rendezvous', rendezvous]),
    ...(room === DEFAULT_ROOM ? [] : ['--room', room]),
    ...(use === 'keep' ? ['--keep'] : []),
    ...(use === 'measure' ? [] : ['--', 'CMD']),
  ];
  return shellWords(words);
}
