import { expect, it } from 'vitest';
import { reachText } from '../../../../cli/render/serve/reach-text.ts';
import type { PortVerdict, TcpReach, UdpReach } from '../../../../server/index.ts';

const bound = { address: '10.0.0.4', port: 3478 };
const announced = { address: '203.0.113.10', port: 3478 };
const by = { address: '198.51.100.1', port: 3478 };
const udp = (verdict: PortVerdict, more: Partial<UdpReach> = {}): string =>
  reachText({ udp: [{ service: 'stun', bound, announced, verdict, ...more }], tcp: [] });

it.each<[PortVerdict, string]>([
  [{ kind: 'reached', from: { address: '198.51.100.2', port: 3479 } }, 'reached: 198.51.100.2:3479 came in unasked'],
  [
    { kind: 'blocked', by },
    'BLOCKED: 198.51.100.1:3478 answers this port, but what comes unasked is dropped on the way in; let UDP from anywhere in to port 3478, in the firewall of the cloud or router and in that of this host',
  ],
  [
    { kind: 'seen-elsewhere', by, at: { address: '203.0.113.99', port: 3478 } },
    'WRONG: 198.51.100.1:3478 sees it as 203.0.113.99:3478; give --ip 10.0.0.4=203.0.113.99 in place of 203.0.113.10',
  ],
  [
    { kind: 'seen-elsewhere', by, at: bound },
    'WRONG: 198.51.100.1:3478 sees it as 10.0.0.4:3478; nothing translates it: give --ip 10.0.0.4',
  ],
  [
    { kind: 'seen-elsewhere', by, at: { address: '203.0.113.10', port: 61_000 } },
    'WRONG: 198.51.100.1:3478 sees it as 203.0.113.10:61000; the NAT changes ports, so it is no 1:1 NAT: have it forward the ports of this server unchanged',
  ],
  [
    { kind: 'unanswered', reason: 'no-answer' },
    'NO ANSWER: no server answered, over UDP or TCP; a firewall may drop UDP on the way out from port 3478 or the answers to it, or the servers asked are down: --check-through names others',
  ],
  [
    { kind: 'seen', by, reason: 'server-has-one-address' },
    'seen as announced by 198.51.100.1:3478; what comes unasked could not be tested: the server has one address; this test needs a server with two',
  ],
])('a port with %o', (verdict, text) => {
  expect(udp(verdict)).toBe(`UDP 203.0.113.10:3478  ${text}\n`);
});

it('a port of the relay is named as such, and each port has a line that begins at the same place', () => {
  const reached: PortVerdict = { kind: 'reached', from: by };
  const tcp: readonly TcpReach[] = (['http', 'https', 'turn', 'turns'] as const).map((service) => ({
    service,
    announced,
  }));
  const later = 'not tested, since nobody connects back; with the server running, on another machine: ';
  expect(
    reachText({
      udp: [{ service: 'relay', bound, announced: { ...announced, port: 49_152 }, verdict: reached }],
      tcp,
    }).split('\n'),
  ).toEqual([
    'UDP 203.0.113.10:49152  relay, reached: 198.51.100.1:3478 came in unasked',
    `TCP 203.0.113.10:3478   ${later}curl http://203.0.113.10:3478/healthz`,
    `TCP 203.0.113.10:3478   ${later}curl -k https://203.0.113.10:3478/healthz`,
    `TCP 203.0.113.10:3478   ${later}nc -vz 203.0.113.10 3478`,
    `TCP 203.0.113.10:3478   ${later}openssl s_client -connect 203.0.113.10:3478 </dev/null`,
    '',
  ]);
});
