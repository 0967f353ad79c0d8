/** The words of the seven steps (docs/punch.md), for whoever makes them: a punch, or two browsers. */
import { type Endpoint, formatEndpoint } from '../../endpoint.ts';

/** The names of the two sides, as the words have them. */
export interface Sides {
  readonly id: string;
  readonly peer: string;
}

/** Every endpoint of a side, the first family's first. */
type Seen = readonly Endpoint[];

export const STEP_TEXT = {
  1: ({ id }: Sides, own: Seen) => `${id} → server: the server sees ${id} at ${listed(own)}`,
  2: ({ peer }: Sides, theirs: Seen) => `${peer} → server: the server sees ${peer} at ${listed(theirs)}`,
  3: ({ id, peer }: Sides, theirs: Seen) => `server → ${id}: ${peer} is at ${listed(theirs)}`,
  4: ({ id, peer }: Sides, own: Seen) => `server → ${peer}: ${id} is at ${listed(own)}`,
  5: ({ id, peer }: Sides, remote: string) => `${id} → ${peer}: first packet to ${remote}`,
  6: ({ id, peer }: Sides, remote: string) => `${peer} → ${id}: first packet from ${remote}`,
  7: (
    { id, peer }: Sides,
    {
      how,
      rttMs,
      remote,
    }: { readonly how: 'direct' | 'relayed'; readonly rttMs: number | null; readonly remote: string },
  ) => `${id} ↔ ${peer}: ${how}, ${rttMs === null ? '' : `${rttMs.toFixed(1)} ms round trip `}to ${remote}`,
} as const;

function listed(endpoints: Seen): string {
  return endpoints.map(formatEndpoint).join(' and ');
}
