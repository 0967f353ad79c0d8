/** A lab of a NAT with two clients, an open site, and a NAT behind a NAT. */
import type { RunningLab } from '../../../../lab/docker/keeper/running-lab.ts';

const NO_IPV6 = { address6: null, publicAddress6: null, guest: null };

export const EXAMPLE_LAB: RunningLab = {
  id: 'abc123',
  engine: { kind: 'system', host: 'unix:///engine.sock' },
  server: {
    container: 'natcheck-abc123-server',
    primary: '203.0.113.10',
    alternate: '203.0.113.11',
    primary6: null,
    alternate6: null,
  },
  sites: [
    {
      name: 'symmetric',
      verdict: 'symmetric',
      verdict6: null,
      router: 'router-symmetric',
      carrier: null,
      clients: [
        { container: 'client-symmetric-0', address: '10.113.0.2', publicAddress: '203.0.113.101', ...NO_IPV6 },
        { container: 'client-symmetric-1', address: '10.113.0.3', publicAddress: '203.0.113.101', ...NO_IPV6 },
      ],
    },
    {
      name: 'open',
      verdict: 'open',
      verdict6: null,
      router: 'router-open',
      carrier: null,
      clients: [{ container: 'client-open-0', address: '198.18.1.2', publicAddress: '198.18.1.2', ...NO_IPV6 }],
    },
    {
      name: 'carrier-grade',
      verdict: 'port-restricted',
      verdict6: null,
      router: 'router-carrier-grade',
      carrier: 'carrier-carrier-grade',
      clients: [
        { container: 'client-carrier-grade-0', address: '10.113.2.2', publicAddress: '203.0.113.103', ...NO_IPV6 },
      ],
    },
  ],
};
