/** How a command for one connection ends, by how its tunnel and its link do. */
import { expect, it } from 'vitest';
import { type Serving, serveTunnels } from '../../../cli/commands/forward/serve-tunnels.ts';
import type { Reporter } from '../../../cli/tunnel/reporter.ts';
import type { Link, LinkEnd } from '../../../src/tunnel/link/link.ts';
import type { Tunnel, TunnelEnd } from '../../../src/tunnel/tunnel.ts';

const LOST = { reason: 'path-lost', detail: 'nothing has been heard for 60 s' } as const;
const LEFT = { reason: 'peer-left', detail: null } as const;
const pending = new Promise<never>(() => {});

async function serveOne(tunnelEnd: TunnelEnd | null, linkEnd: LinkEnd | null) {
  const ends: (readonly [LinkEnd, number])[] = [];
  const stats = () => ({ path: null, rttMs: null, bytesSent: 0, bytesReceived: 0, streams: 0 });
  const tunnel = { closed: tunnelEnd ? Promise.resolve(tunnelEnd) : pending, stats } as unknown as Tunnel;
  const link = {
    closed: linkEnd ? Promise.resolve(linkEnd) : pending,
    async *tunnels() {
      yield { tunnel, peer: 'bob', fingerprint: null, role: 'initiator' as const, settle: () => {} };
    },
  };
  const reporter = {
    follow: () => {},
    ended: (end: LinkEnd, exitCode: number) => void ends.push([end, exitCode]),
  } as unknown as Reporter;
  const meeting = { code: null, isOnce: true } as Serving['meeting'];
  const opened = { ...link, tunnels: link.tunnels() } as unknown as Link;
  const exitCode = await serveTunnels(opened, { meeting, reporter, env: {}, use: () => {} });
  return { exitCode, ends };
}

it.each([
  ['the other side has left', { reason: 'peer-left' }, null],
  ['the link has told first that the other side has left', null, LEFT],
  ['the other side has come back as another process', { reason: 'peer-restarted' }, null],
] as const)('it ends well, and says so, when %s', async (_when, tunnelEnd, linkEnd) => {
  expect(await serveOne(tunnelEnd, linkEnd)).toEqual({ exitCode: 0, ends: [[LEFT, 0]] });
});

it('it ends with 7, and the reason, when the path was lost for good', async () => {
  expect(await serveOne(LOST, LOST)).toEqual({ exitCode: 7, ends: [[LOST, 7]] });
});

it('throws what has broken the link', async () => {
  const error = new TypeError('a bug');
  await expect(serveOne(null, { reason: 'broken', error })).rejects.toBe(error);
});
