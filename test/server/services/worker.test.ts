/** What a worker is told, and what it tells, over real sockets: the test is its first process. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { FRAGMENT_BURST } from '../../../server/browser/decisions/carriage.ts';
import { LONG_BYTES } from '../../../server/partner/decisions/lengths.ts';
import type { FromWorker, ToWorker, WorkerStart } from '../../../server/services/messages.ts';
import type { Endpoint } from '../../../src/endpoint.ts';
import { decode } from '../../../src/stun/decode.ts';
import { METHOD } from '../../../src/stun/header.ts';
import { attribute, type StunMessage } from '../../../src/stun/message.ts';
import { timeLimitedCredentials } from '../../../src/turn/credentials.ts';
import { ownedByTest } from '../../owner/owned-by-test.ts';
import { HAND_OVER } from '../partner/pair.ts';
import { changeRequest, request } from '../stun/requests.ts';
import { USERS } from '../turn/relay-server.ts';
import { REQUESTED_TRANSPORT } from '../turn/requests.ts';
import { openTurnClient } from '../turn/turn-client.ts';
import { showTicket, untilAllHear } from './clients.ts';
import { beginWorker, HOST, type WorkerProcess } from './worker-process.ts';

const AWAY = '127.0.0.2';
const SECRET = new Uint8Array(32).fill(7);
const UP = { family: 'IPv4', address: AWAY, isUp: true, epoch: null } as const;
const RELAY = { users: USERS, allowPrivate: true } as const;

/** One that is not told anything more before it serves. */
async function startWorker(start: Partial<WorkerStart> = {}): Promise<WorkerProcess> {
  const worker = await beginWorker(start);
  await worker.first('ready');
  return worker;
}

async function openClient(at: Endpoint = { address: HOST, port: 0 }): Promise<Socket> {
  const socket = createSocket('udp4').bind(at.port, at.address);
  await once(socket, 'listening');
  ownedByTest({
    [Symbol.asyncDispose]: async () => {
      socket.close();
    },
  });
  return socket;
}

async function nextOf(socket: Socket) {
  const [bytes, { address, port }] = (await once(socket, 'message')) as [Buffer, Endpoint];
  const decoded = decode(bytes);
  return { bytes, message: decoded.ok ? decoded.message : null, from: { address, port } };
}

/** The first answer of a worker that may still be starting. */
async function firstAnswer({ at }: WorkerProcess): Promise<StunMessage | null> {
  const socket = await openClient();
  const answers: Promise<{ readonly message: StunMessage | null }> = nextOf(socket);
  let isAnswered = false;
  void answers.then(() => {
    isAnswered = true;
  });
  await expect
    .poll(() => {
      if (!isAnswered) socket.send(request(), at.port, at.address);
      return isAnswered;
    })
    .toBe(true);
  return (await answers).message;
}

const otherAddress = (message: StunMessage | null) => message && attribute(message, 'OTHER-ADDRESS');

/** Tells a worker again how it stands, as the first process does, and does something until it says something of that kind. */
async function untilSaid<Kind extends FromWorker['kind']>(worker: WorkerProcess, kind: Kind, act: () => void) {
  await expect
    .poll(() => {
      worker.tell({ kind: 'partners', facts: [UP] });
      act();
      return worker.said.map((one) => one.kind);
    })
    .toContain(kind);
  return worker.first(kind);
}

describe('a worker that is told something while it starts', () => {
  it('offers the behaviour tests of a partner that came up meanwhile', async () => {
    const early: ToWorker = { kind: 'partners', facts: [UP] };
    const worker = await beginWorker({ partners: [{ ...UP, isUp: false }] }, { early: [early] });
    expect(otherAddress(await firstAnswer(worker))).toEqual({ address: AWAY, port: worker.altPort });
  });

  it('takes the tickets of the secret that is the right one by then, and says who has shown one', async () => {
    const worker = await beginWorker({}, { early: [{ kind: 'secrets', ticketSecret: SECRET, sessionSecret: null }] });
    await worker.first('ready');
    const { outcome, bound } = await showTicket(SECRET, worker.at);
    expect(outcome).toBe('bound');
    expect(await worker.first('bound')).toEqual({ kind: 'bound', ...bound });
  });

  it('makes no allocation when the server is going down by then', async () => {
    const worker = await beginWorker({ relay: RELAY }, { early: [{ kind: 'draining' }] });
    await worker.first('ready');
    await using client = await openTurnClient(worker.at.port);
    await expect(client.allocate()).rejects.toThrow('508');
  });
});

describe('a worker', () => {
  it('takes the tickets of another secret from when it is told, and none of the former one', async () => {
    const former = new Uint8Array(32).fill(1);
    const worker = await startWorker({ ticketSecret: former });
    expect((await showTicket(former, worker.at)).outcome).toBe('bound');
    worker.tell({ kind: 'secrets', ticketSecret: SECRET, sessionSecret: null });
    await expect.poll(async () => (await showTicket(SECRET, worker.at)).outcome).toBe('bound');
    expect((await showTicket(former, worker.at)).outcome).toBe('refused');
  });
});

describe('a worker of a server with pages', () => {
  const FRAGMENT = 'fragment';
  const naming = (fragment: string) => request([{ type: 'USERNAME', value: `${fragment}:page` }]);

  it('passes on what names a fragment, and answers what names none that is there', async () => {
    const worker = await startWorker({ browserFragments: [] });
    const client = await openClient();
    const remote = { address: HOST, port: client.address().port };
    client.send(naming(FRAGMENT), worker.at.port, HOST);
    expect((await nextOf(client)).message?.class).toBe('success');
    worker.tell({ kind: 'browser-fragment', fragment: FRAGMENT, isThere: true });
    await expect
      .poll(() => {
        client.send(naming(FRAGMENT), worker.altPort, HOST);
        return worker.said.map(({ kind }) => kind);
      })
      .toContain('browser-datagram');
    const local = { address: HOST, port: worker.altPort };
    expect(await worker.first('browser-datagram')).toMatchObject({ local, remote });
    expect(Buffer.from((await worker.first('browser-datagram')).bytes)).toEqual(Buffer.from(naming(FRAGMENT)));
    worker.tell({ kind: 'browser-fragment', fragment: FRAGMENT, isThere: false });
    const answered = nextOf(client);
    await untilAllHear([client], {
      bytes: naming(FRAGMENT),
      to: worker.at,
      isRight: ({ class: kind }) => kind === 'success',
    });
    expect((await answered).message?.class).toBe('success');
  });

  it('sends what it is told to, from the endpoint that it is told', async () => {
    const worker = await startWorker({ browserFragments: [] });
    const client = await openClient();
    const next = nextOf(client);
    const to = { address: HOST, port: client.address().port };
    const from = { address: HOST, port: worker.altPort };
    worker.tell({ kind: 'transmit', from, to, bytes: Buffer.from('a check') });
    expect(await next).toMatchObject({ bytes: Buffer.from('a check'), from });
  });

  it('passes on no more for a fragment than a browser sends, and counts the rest', async () => {
    const worker = await startWorker({ browserFragments: [FRAGMENT] });
    const client = await openClient();
    await expect
      .poll(() => {
        for (let sent = 0; sent < 50; sent++) client.send(naming(FRAGMENT), worker.at.port, HOST);
        return worker.count('natcheck_browser_refused_total', { reason: 'too-many-of-fragment' });
      })
      .toBeGreaterThan(100);
    const passed = (): number => worker.said.filter(({ kind }) => kind === 'browser-datagram').length;
    expect(passed()).toBeGreaterThanOrEqual(FRAGMENT_BURST);
    await expect.poll(async () => (await worker.count('natcheck_browser_carried_total', {})) === passed()).toBe(true);
  });
});

describe('the relay of a worker', () => {
  it('takes the credentials of another secret from when it is told, and none of the former one', async () => {
    const madeBy = (secret: string) =>
      timeLimitedCredentials({ secret, user: 'alice', expiresAtS: Math.ceil(Date.now() / 1000) + 3_600 });
    const relay = { open: true, allowPrivate: true } as const;
    const worker = await startWorker({ relay, sessionSecret: 'former', turnUsers: ['alice'] });
    worker.tell({ kind: 'secrets', ticketSecret: SECRET, sessionSecret: 'other' });
    const outcomeBy = async (secret: string) => {
      await using client = await openTurnClient(worker.at.port, madeBy(secret));
      return await client.outcome(METHOD.allocate, [REQUESTED_TRANSPORT]);
    };
    await expect.poll(() => outcomeBy('other')).toBe('success');
    expect(await outcomeBy('former')).toBe(401);
  });
});

describe('a worker of a server with a partner', () => {
  it('knows from its start how it stands with the partner', async () => {
    const worker = await beginWorker({ partners: [UP] });
    expect(otherAddress(await firstAnswer(worker))).toEqual({ address: AWAY, port: worker.altPort });
  });

  it('passes on the requests that the partner is to answer', async () => {
    const worker = await startWorker({ partners: [UP] });
    const client = await openClient();
    const passed = await untilSaid(worker, 'hand-over', () => {
      client.send(request([changeRequest({ ip: true, port: true })]), worker.at.port, worker.at.address);
    });
    const mapped = { address: HOST, port: client.address().port };
    expect(passed.handOver).toMatchObject({ mapped, changesPort: true, arrivedAt: 'port' });
  });

  it('passes on what comes from the endpoint of the partner, and nothing of strangers', async () => {
    const worker = await startWorker({ partners: [UP] });
    const partner = await openClient({ address: AWAY, port: worker.at.port });
    const stranger = await openClient();
    const sealed = Buffer.alloc(128);
    sealed.set([0xf5, 2]);
    for (let n = 0; n < 100; n++) stranger.send(sealed, worker.at.port, worker.at.address);
    partner.send(sealed, worker.altPort, worker.at.address);
    const count = () => worker.count('natcheck_partner_refused_total', { reason: 'stranger' });
    await expect.poll(count).toBe(101);
    expect(worker.said.filter(({ kind }) => kind === 'sealed')).toEqual([]);
    const passed = await untilSaid(worker, 'sealed', () => partner.send(sealed, worker.at.port, worker.at.address));
    const remote = { address: AWAY, port: worker.at.port };
    expect(passed).toEqual({ kind: 'sealed', datagram: sealed, local: worker.at, remote });
  });

  it('passes on no more of a long one than shows that it is none', async () => {
    const worker = await startWorker({ partners: [UP] });
    const partner = await openClient({ address: AWAY, port: worker.at.port });
    const long = Buffer.alloc(1_400, 0xf5);
    const passed = await untilSaid(worker, 'sealed', () => partner.send(long, worker.at.port, worker.at.address));
    expect(passed.datagram).toHaveLength(LONG_BYTES + 1);
  });

  it('sends to the partner from its primary endpoint, and answers for it, as it is told', async () => {
    const worker = await startWorker({ partners: [UP] });
    const partner = await openClient({ address: AWAY, port: worker.at.port });
    const client = await openClient();
    worker.tell({ kind: 'send-to-partner', bytes: Uint8Array.of(1, 2, 3), to: partner.address() });
    expect(await nextOf(partner)).toMatchObject({ bytes: Buffer.of(1, 2, 3), from: worker.at });
    const mapped = { address: HOST, port: client.address().port };
    const handOver = { ...HAND_OVER, mapped, toPort: mapped.port };
    worker.tell({ kind: 'answer-for-partner', handOver });
    const { from, message } = await nextOf(client);
    expect(from).toEqual({ address: HOST, port: worker.altPort });
    expect(message && attribute(message, 'XOR-MAPPED-ADDRESS')).toEqual(mapped);
    worker.tell({ kind: 'answer-for-partner', handOver: { ...handOver, toPort: 0 } });
    const count = () => worker.count('natcheck_partner_refused_total', { reason: 'no-endpoint' });
    await expect.poll(count).toBe(1);
  });
});
