/** Who may read the metrics. */
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import type { Visitor } from '../../../server/http/http.ts';
import { metricsPage } from '../../../server/http/metrics-page.ts';
import { startTestServer } from '../../net/rendezvous/peers.ts';

const FORBIDDEN = 'the metrics are for this host only; with --metrics-token, they are for anyone who sends the token\n';
const UNAUTHORIZED = 'the metrics are for anyone who sends the token: Authorization: Bearer TOKEN\n';

async function statusFor(visitor: Visitor, token?: string): Promise<number> {
  return (await metricsPage(new Registry(), token)(visitor)).status ?? 200;
}

describe('without a token', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.9', '127.0.0.1'],
    ['::1', '::1'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
    ['203.0.113.10', '203.0.113.10'],
  ])('a program of this host, %s at %s, reads them', async (remoteAddress, localAddress) => {
    expect(await statusFor({ remoteAddress, localAddress })).toBe(200);
  });

  it.each(['203.0.113.11', '10.0.0.1', '192.168.1.1', '169.254.1.1', 'fe80::1', '2001:db8::1', '::ffff:10.0.0.1'])(
    'another host, %s, does not',
    async (remoteAddress) => {
      const page = await metricsPage(new Registry(), undefined)({ remoteAddress, localAddress: '203.0.113.10' });
      expect(page).toEqual({ status: 403, contentType: 'text/plain', body: FORBIDDEN });
    },
  );

  it('nor does a connection that has ended, or one that shows a token', async () => {
    expect(await statusFor({ remoteAddress: undefined, localAddress: undefined })).toBe(403);
    expect(await statusFor({ remoteAddress: '10.0.0.1', localAddress: '10.0.0.2', authorization: 'Bearer x' })).toBe(
      403,
    );
  });
});

describe('with a token', () => {
  const from = { remoteAddress: '203.0.113.11', localAddress: '203.0.113.10' };

  it.each(['Bearer secret', 'bearer secret', 'Bearer   secret '])(
    'whoever shows it reads them: %s',
    async (authorization) => {
      expect(await statusFor({ ...from, authorization }, 'secret')).toBe(200);
    },
  );

  it.each(['', 'secret', 'Bearer', 'Bearer ', 'Bearer secre', 'Bearer secrets', 'Basic secret', 'Bearer secret x'])(
    'nobody else does: %j',
    async (authorization) => {
      expect(await statusFor({ ...from, authorization }, 'secret')).toBe(401);
    },
  );

  it('this host needs it as well, and is told so in one line', async () => {
    await using server = await startTestServer({ metricsToken: 'secret' });
    const url = `http://127.0.0.1:${server.httpPort}/metrics`;
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await refused.text()).toBe(UNAUTHORIZED);
    const shown = await fetch(url, { headers: { authorization: 'Bearer secret' } });
    expect(shown.status).toBe(200);
    expect(await shown.text()).toContain('natcheck_stun_received_total');
  });
});
