/** HTTPS and secure WebSockets in place of plain ones. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { joinRendezvous } from '../../src/net/rendezvous/join.ts';
import { HOST, join, startTestServer, urlOf } from '../net/rendezvous/peers.ts';
import { LOOPBACK_TLS } from './tls/loopback.ts';

const { cert: ca } = LOOPBACK_TLS;

describe('a server with a certificate', () => {
  it('takes secure WebSockets', async () => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    expect(server.isSecure).toBe(true);
    await using alice = await join(server, 'alice', { ca });
    expect(await alice.bind()).toMatchObject({ outcome: 'bound' });
  });

  it('is not believed by who does not know the certificate', async () => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    expect(await joinRendezvous({ url: urlOf(server), room: 'r', id: 'a' })).toEqual({
      outcome: 'unreachable',
      reason: expect.stringMatching(/\[DEPTH_ZERO_SELF_SIGNED_CERT\]$/),
      sign: 'wrong',
    });
  });

  it('speaks no plain WebSocket', async () => {
    await using server = await startTestServer({ tls: LOOPBACK_TLS });
    const url = `ws://${HOST}:${server.httpPort}`;
    expect(await joinRendezvous({ url, room: 'r', id: 'a' })).toMatchObject({ outcome: 'unreachable' });
  });

  it('ends at once, with a connection that never shook hands', async () => {
    const server = await startTestServer({ tls: LOOPBACK_TLS });
    const mute = connect(server.httpPort, HOST);
    mute.on('error', () => {});
    await once(mute, 'connect');
    await using _alice = await join(server, 'alice', { ca });
    const closed = once(mute.resume(), 'close');
    await server[Symbol.asyncDispose]();
    await closed;
  });

  it.each([
    ['no PEM', { cert: 'certificate', key: 'key' }],
    ['no pair', { cert: ca, key: ca }],
  ])('that is %s does not start, and leaves nothing open', async (_, tls) => {
    const refused = startTestServer({ tls });
    await expect(refused).rejects.toMatchObject({ code: 'bad-tls', message: expect.stringMatching(/^the TLS cert/) });
  });
});
