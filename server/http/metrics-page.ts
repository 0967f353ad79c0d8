/** The metrics as a page for programs on this host, or, where there is a token, for whoever shows it. */
import type { Registry } from 'prom-client';
import { scopeOf } from '../../src/address-scope.ts';
import { isSameSecret } from '../secret.ts';
import type { Page, Visitor } from './http.ts';

export function metricsPage(
  registry: Pick<Registry, 'contentType' | 'metrics'>,
  token: string | undefined,
): (visitor: Visitor) => Promise<Page> {
  return async (visitor) => {
    const refusal = token === undefined ? refusalWithoutToken(visitor) : refusalWithToken(visitor, token);
    return refusal ?? { contentType: registry.contentType, body: await registry.metrics() };
  };
}

function refusalWithoutToken({ remoteAddress, localAddress }: Visitor): Page | null {
  // A connection from this host to one of its addresses comes from that address, which no other host can use over TCP.
  const isHere =
    remoteAddress !== undefined && (remoteAddress === localAddress || scopeOf(remoteAddress) === 'loopback');
  if (isHere) return null;
  return plain(
    403,
    'the metrics are for this host only; with --metrics-token, they are for anyone who sends the token\n',
  );
}

/** Checks the bearer token (RFC 6750 §2.1, §3). */
function refusalWithToken({ authorization = '' }: Visitor, token: string): Page | null {
  const [, shown] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (shown !== undefined && isSameSecret(shown, token)) return null;
  const page = plain(401, 'the metrics are for anyone who sends the token: Authorization: Bearer TOKEN\n');
  return { ...page, headers: { 'www-authenticate': 'Bearer' } };
}

function plain(status: number, body: string): Page {
  return { contentType: 'text/plain', status, body };
}
