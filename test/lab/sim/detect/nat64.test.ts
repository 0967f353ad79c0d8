/** A host with IPv6 alone that reaches a server of IPv4 through a NAT64 (RFC 6146) finds what the NAT64 does. */
import { expect, it } from 'vitest';
import { expectedVerdict } from '../../../../lab/known-behavior.ts';
import { CLASSIC_NATS } from '../../../../lab/profiles.ts';
import { detectInSim } from '../../../../lab/sim/detect/detect.ts';
import { LAB_LAYOUT, type Respond } from '../../../../lab/sim/server/stun-server.ts';
import { type Layout, respond } from '../../../../server/stun/decisions/responder.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';

/** The server's addresses as hosts write them that have the prefix of RFC 6052 §2.1. */
const WRITTEN: Layout = { ...LAB_LAYOUT, addresses: ['64:ff9b::cb00:710a', '64:ff9b::cb00:710b'] };
/** The address of IPv4 that stands for the host, whose mappings are those of the NAT. */
const STAND_IN = '198.51.100.64';

const rewritten = ({ address, port }: Endpoint, from: Layout, to: Layout): Endpoint => {
  const at = from.addresses.indexOf(address);
  return { address: to.addresses[at] ?? '', port };
};

/** The real server, which knows addresses of IPv4 alone, beyond the translation of addresses. */
const respondBeyond: Respond = (now, layout, { datagram, local, remote }) => {
  const answer = respond(now, LAB_LAYOUT, {
    datagram,
    local: rewritten(local, layout, LAB_LAYOUT),
    remote: { ...remote, address: STAND_IN },
  });
  if (answer.kind !== 'reply') return answer;
  const { from, to } = answer;
  return { ...answer, from: rewritten(from, LAB_LAYOUT, layout), to: { ...to, address: remote.address } };
};

it.each(CLASSIC_NATS)('behind a NAT64 that is $name', (nat) => {
  const access = { kind: 'nat', layers: [nat] } as const;
  for (let seed = 1; seed <= 5; seed++) {
    const report = detectInSim({ access, family: 'IPv6', seed, layout: WRITTEN, respond: respondBeyond });
    expect(report.verdict).toEqual({ type: expectedVerdict(access), reason: null });
    expect([report.mapping.behavior, report.public?.address]).toEqual([nat.mapping, STAND_IN]);
  }
});
