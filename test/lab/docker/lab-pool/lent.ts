/** What is said over the socket of the pool, one line of JSON each way. */
import type { Addressing } from '../../../../lab/docker/topology/addressing.ts';
import type { LabOptions } from '../../../../lab/index.ts';

/** Which lab is asked for: labs are shared by those who ask for the same. */
export type Asked = Pick<LabOptions, 'profiles' | 'backbone' | 'helpers' | 'clientsPerNat'>;

export type Lent = { readonly id: string; readonly addressing: Addressing } | { readonly error: string };
