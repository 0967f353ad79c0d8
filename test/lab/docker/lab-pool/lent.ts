/** What is said over the socket of the pool, one line of JSON each way. */
import type { Addressing } from '../../../../lab/docker/topology/addressing.ts';
import type { LabOptions } from '../../../../lab/index.ts';

/** Which lab is asked for, or there is. */
export type Asked = Pick<LabOptions, 'profiles' | 'backbone' | 'helpers' | 'clientsPerNat'>;

/** `lab` is what there is, which may be more than what was asked for. */
export type Lent =
  | { readonly id: string; readonly addressing: Addressing; readonly lab: Asked }
  | { readonly error: string };
