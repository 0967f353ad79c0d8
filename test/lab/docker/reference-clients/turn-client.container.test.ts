/**
 * natcheck's relay on a TURN server that others wrote, coturn: from behind real NATs, over UDP, TCP and TLS, to a plain UDP
 * socket behind another NAT that has never heard of TURN.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startTurnserverRelay,
  type TurnserverRelayOptions,
} from '../../../../lab/docker/reference-clients/turnserver.ts';
import type { Lab, Program } from '../../../../lab/index.ts';
import type { Endpoint } from '../../../../src/endpoint.ts';
import type { RelayOptions } from '../../../../src/net/turn/relay.ts';
import { timeLimitedCredentials } from '../../../../src/turn/credentials.ts';
import { LOOPBACK_TLS } from '../../../server/tls/loopback.ts';
import { borrowLab } from '../lab-pool/borrow.ts';
import { startPlaced } from '../placed-program.ts';
import { describeLab } from '../provided.ts';

/** For each thing that a program says; most of it is what a busy machine takes to start one. */
const TIMEOUT_MS = 30_000;
const PEER_PORT = 45_678;
const CREDENTIALS = { username: 'alice', password: 'wonderland' };

const RELAY = new URL('../../../net/turn/relay-program.ts', import.meta.url);
const UDP = new URL('../../../net/udp-program.ts', import.meta.url);

const said = async (program: Program, pattern: RegExp): Promise<Record<string, unknown>> =>
  JSON.parse(await program.line(pattern, { timeoutMs: TIMEOUT_MS }));

const hears = async (program: Program, text: string): Promise<Endpoint> =>
  (await said(program, new RegExp(`^{"heard":"${text}"`))).from as Endpoint;

describeLab('a relay on coturn', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await borrowLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const startCoturn = (options: TurnserverRelayOptions = {}): Promise<Program> =>
    startTurnserverRelay(lab.server, { user: 'alice:wonderland', tls: LOOPBACK_TLS, ...options });

  const openFrom = (nat: string, scheme: string, options: Partial<RelayOptions> = {}): Promise<Program> => {
    const [kind, query = ''] = scheme.split('?');
    const server = `${kind}:${lab.server.primary}${query && `?${query}`}`;
    // The certificate is one for 127.0.0.1.
    const tls = { ca: LOOPBACK_TLS.cert, certificateName: '127.0.0.1' };
    const asked: Partial<RelayOptions> = { server, credentials: CREDENTIALS, ...tls, ...options };
    return startPlaced(lab.nat(nat).client(0), RELAY, JSON.stringify(asked));
  };

  describe('that lets its users in', () => {
    let coturn: Program;
    beforeAll(async () => {
      coturn = await startCoturn();
    });
    afterAll(() => coturn?.[Symbol.asyncDispose]());

    describe.for(['port-restricted', 'symmetric'])('from behind a %s NAT', (nat) => {
      it.for(['turn', 'turn?transport=tcp', 'turns'])('carries datagrams both ways over %s', async (scheme) => {
        await using relay = await openFrom(nat, scheme);
        const { local, mapped } = await said(relay, /^{"outcome":"open"/);
        expect(mapped).toMatchObject({ address: lab.nat(nat).publicAddress });
        expect(local).toMatchObject({ address: lab.server.primary });

        // Behind a full-cone NAT, so that the first datagram of the relay reaches it.
        const { publicAddress, client } = lab.nat('full-cone');
        await using peer = await startPlaced(client(0), UDP, String(PEER_PORT));
        await said(peer, /^{"outcome":"open"/);
        peer.write(JSON.stringify({ to: local, text: 'unasked' }));
        await said(peer, /^{"said":"unasked"/);

        const at = { address: publicAddress, port: PEER_PORT };
        const heardByRelay: string[] = [];
        using _ = relay.onLine((line) => /^{"(heard|event)"/.test(line) && heardByRelay.push(line));
        heardByRelay.splice(0); // What was heard before is of the setting up.
        relay.write(JSON.stringify({ to: at, text: 'by indication' }));
        expect(await hears(peer, 'by indication')).toEqual(local);
        expect(await hears(relay, 're: by indication')).toEqual(at);
        expect(await said(relay, /^{"event":"channel-bound"/)).toMatchObject({ peer: at, channel: 0x4000 });
        relay.write(JSON.stringify({ to: at, text: 'by channel' }));
        expect(await hears(peer, 'by channel')).toEqual(local);
        expect(await hears(relay, 're: by channel')).toEqual(at);
        peer.write(JSON.stringify({ to: local, text: 'of its own accord' }));
        expect(await hears(relay, 'of its own accord')).toEqual(at);
        // What came before there was a permission did not come.
        expect(heardByRelay).toHaveLength(4);

        relay.write('{}');
        await said(relay, /^{"outcome":"closed"/);
      });
    });

    it('tells wrong credentials', async () => {
      const credentials = { ...CREDENTIALS, password: 'guessed' };
      await using relay = await openFrom('port-restricted', 'turn', { credentials });
      expect(await said(relay, /^{"outcome"/)).toMatchObject({ outcome: 'failed', reason: 'unauthorized', code: 401 });
    });

    it('tells a certificate that nobody vouches for', async () => {
      await using relay = await openFrom('port-restricted', 'turns', { ca: undefined });
      expect(await said(relay, /^{"outcome"/)).toMatchObject({
        outcome: 'failed',
        reason: 'unreachable',
        detail: expect.stringMatching(
          /^the certificate of [\d.]+:\d+ is signed by itself, so nobody vouches for it: .* \[DEPTH_ZERO_SELF_SIGNED_CERT\]$/,
        ),
      });
    });
  });

  it('is refreshed before it runs out, with a new nonce where the old one is stale, and is given back', async () => {
    await using coturn = await startCoturn({ maxLifetimeS: 8, nonceS: 3 });
    await using relay = await openFrom('symmetric', 'turn');
    expect(await said(relay, /^{"event":"allocated"/)).toMatchObject({ lifetimeMs: 8_000 });
    // At 4 s, when the nonce is older than 3.
    await coturn.line(/: refreshed, .*lifetime=[1-9]/, { timeoutMs: TIMEOUT_MS });
    await coturn.line(/error 438: Stale nonce/);
    relay.write('{}');
    await said(relay, /^{"outcome":"closed"/);
    await coturn.line(/: refreshed, .*lifetime=0/);
  });

  it('tells a peer that the server does not relay to, and a quota that is used up', async () => {
    const denied = lab.nat('full-cone').publicAddress;
    await using _ = await startCoturn({ deniedPeers: [denied], quota: 1 });
    await using relay = await openFrom('port-restricted', 'turn');
    await said(relay, /^{"outcome":"open"/);
    relay.write(JSON.stringify({ to: { address: denied, port: PEER_PORT }, text: 'x' }));
    expect(await said(relay, /^{"event":"peer-refused"/)).toMatchObject({ address: denied, code: 403 });
    relay.write(JSON.stringify({ to: { address: denied, port: PEER_PORT }, text: 'x' }));
    expect(await said(relay, /^{"unsent"/)).toMatchObject({ unsent: 'EACCES' });

    await using second = await openFrom('symmetric', 'turn');
    expect(await said(second, /^{"outcome"/)).toMatchObject({ outcome: 'failed', reason: 'quota-reached', code: 486 });
  });

  it('takes credentials that are good for a while', async () => {
    const secret = 'shared by coturn and its owner';
    await using _ = await startTurnserverRelay(lab.server, { secret });
    const credentials = timeLimitedCredentials({ secret, user: 'alice', expiresAtS: Date.now() / 1000 + 600 });
    await using relay = await openFrom('port-restricted', 'turn', { credentials });
    await said(relay, /^{"outcome":"open"/);
    const expired = timeLimitedCredentials({ secret, user: 'alice', expiresAtS: Date.now() / 1000 - 600 });
    await using late = await openFrom('symmetric', 'turn', { credentials: expired });
    expect(await said(late, /^{"outcome"/)).toMatchObject({ outcome: 'failed', reason: 'unauthorized' });
  });
});
