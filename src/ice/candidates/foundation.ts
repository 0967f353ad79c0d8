/** The foundation of a candidate (RFC 8445 §5.1.1.3); apart from the candidates themselves, which browsers read as well. */
import { crc32 } from 'node:zlib';
import type { CandidateType } from './candidate.ts';

/** @param options.server the IP address of the STUN or TURN server, for a server-reflexive or relayed candidate. */
export function foundationOf(options: {
  readonly type: CandidateType;
  readonly baseAddress: string;
  readonly server?: string | undefined;
}): string {
  const { type, baseAddress, server = '' } = options;
  return String(crc32(`${type} ${baseAddress} ${server} udp`));
}
