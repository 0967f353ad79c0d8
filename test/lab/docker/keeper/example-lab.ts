/** A lab of two NATs, one with two clients, and an open site. */
import type { RunningLab } from '../../../../lab/docker/keeper/running-lab.ts';

export const EXAMPLE_LAB: RunningLab = {
  id: 'abc123',
  engine: { kind: 'system', host: 'unix:///engine.sock' },
  server: { container: 'natcheck-abc123-server', primary: '203.0.113.10', alternate: '203.0.113.11' },
  sites: [
    {
      name: 'symmetric',
      router: 'router-symmetric',
      clients: [
        { container: 'client-symmetric-0', address: '10.113.0.2', publicAddress: '203.0.113.101' },
        { container: 'client-symmetric-1', address: '10.113.0.3', publicAddress: '203.0.113.101' },
      ],
    },
    {
      name: 'open',
      router: 'router-open',
      clients: [{ container: 'client-open-0', address: '198.18.1.2', publicAddress: '198.18.1.2' }],
    },
  ],
};
