/** Which candidates of a peer are checked at once. */
import { expect, it } from 'vitest';
import { remoteCandidates } from '../../../../src/punch/attempt/candidates/remote-candidates.ts';
import type { Introduction } from '../../../../src/rendezvous/protocol/server-message.ts';

const HOST = '1 1 udp 2130706431 192.168.1.7 5000 typ host';
const REFLEXIVE = '2 1 udp 1694498815 198.51.100.2 6000 typ srflx raddr 192.168.1.7 rport 5000';

const SURROUNDINGS = { server: '203.0.113.10', networks: ['192.168.1.9/24'] };

const introduction = (rest: Partial<Introduction>): Introduction => ({
  type: 'introduction',
  peer: 'bob',
  endpoint: { address: '198.51.100.2', port: 6000 },
  candidates: [HOST, REFLEXIVE],
  behavior: { mapping: 'endpoint-independent', filtering: 'undetermined' },
  own: { address: '203.0.113.7', port: 40000 },
  role: 'controlling',
  key: 'k'.repeat(43),
  startInMs: 3,
  ...rest,
});
const addresses = (all: readonly { readonly endpoint: { readonly address: string } }[]): readonly string[] =>
  all.map(({ endpoint }) => endpoint.address);

it('a private address behind another public address than our own comes later, where we are in such a network as well', () => {
  const { likely, unlikely } = remoteCandidates(introduction({}), SURROUNDINGS);
  expect([addresses(likely), addresses(unlikely)]).toEqual([['198.51.100.2'], ['192.168.1.7']]);
});

it('a private address behind another public address than our own is not checked where we are in no such network', () => {
  const { likely, unlikely } = remoteCandidates(introduction({}), { ...SURROUNDINGS, networks: ['10.1.0.2/16'] });
  expect([addresses(likely), addresses(unlikely)]).toEqual([['198.51.100.2'], []]);
});

it('behind the same public address everything is checked at once', () => {
  const { likely, unlikely } = remoteCandidates(
    introduction({ own: { address: '198.51.100.2', port: 1 } }),
    SURROUNDINGS,
  );
  expect([addresses(likely), addresses(unlikely)]).toEqual([['192.168.1.7', '198.51.100.2'], []]);
});

it('the endpoint that the server has proven is checked also when the peer tells of none', () => {
  const { likely } = remoteCandidates(introduction({ candidates: ['nonsense'] }), SURROUNDINGS);
  expect(likely).toEqual([
    {
      type: 'srflx',
      endpoint: { address: '198.51.100.2', port: 6000 },
      foundation: 'rendezvous',
      priority: 1694498815,
      related: null,
    },
  ]);
});
