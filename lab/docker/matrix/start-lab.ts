/** The lab of a matrix, with a relay on its server. */

import { UDP_BLOCKED } from '../../accesses.ts';
import { CLASSIC_NATS, HARD_NATS, type NamedAccess, type NatProfile } from '../../profiles.ts';
import { type ServedLab, type ServedLabOptions, startServedLab } from '../served-lab.ts';

type Profiles = readonly (NatProfile | NamedAccess)[];

/** The rows, and the columns, of a matrix with the hard NATs in it. */
const ALL_PROFILES: Profiles = [...CLASSIC_NATS, ...HARD_NATS, UDP_BLOCKED];

export interface MatrixLabOptions extends Pick<ServedLabOptions, 'progress' | 'signal'> {
  /** Also the NATs that are harder than the classic four, and blocked UDP, with a backbone between them all. */
  readonly hard: boolean;
  /** These, with a backbone between them, in place of all others; default: none. */
  readonly chosen?: Profiles;
}

/** @throws the signal's reason, NonconformingError, or Error of the step that failed. */
export function startMatrixLab({ hard, chosen = [], ...start }: MatrixLabOptions): Promise<ServedLab> {
  const half: Profiles = chosen.length > 0 ? chosen : hard ? ALL_PROFILES : CLASSIC_NATS;
  return startServedLab({
    ...start,
    profiles: [...half, ...half],
    addressing: 'free',
    backbone: hard || chosen.length > 0,
    serve: ['--relay', '--open-relay'],
  });
}
