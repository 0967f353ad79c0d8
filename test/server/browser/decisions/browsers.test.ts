/** What pages, and strangers who pretend to be one, can make the server keep and send. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../lab/sim/network/random.ts';
import { LAB_LAYOUT } from '../../../../lab/sim/server/stun-server.ts';
import { type Browsers, createBrowsers } from '../../../../server/browser/decisions/browsers.ts';
import type { BrowserOutput } from '../../../../server/browser/decisions/input-output.ts';
import {
  CHECK_RATE,
  PAGE_MAX_MS,
  PAGES_MAX,
  PAGES_PER_SOURCE,
  TICK_MS,
  TRIALS_PER_PAGE,
} from '../../../../server/browser/decisions/limits.ts';
import { placesOf } from '../../../../server/browser/decisions/places.ts';
import { type Endpoint, sameEndpoint } from '../../../../src/endpoint.ts';
import { encodeCheck, encodeSuccess } from '../../../../src/ice/checks/messages.ts';
import type { BrowserSocket } from '../../../../src/nat/browser/places.ts';
import type { ServerMessage } from '../../../../src/nat/browser/protocol.ts';
import { decode } from '../../../../src/stun/decode.ts';
import { encode } from '../../../../src/stun/encode.ts';
import { METHOD } from '../../../../src/stun/header.ts';
import { shortTermKey } from '../../../../src/stun/integrity.ts';

const [ADDRESS] = LAB_LAYOUT.addresses;
const PRIMARY = { address: ADDRESS, port: LAB_LAYOUT.port };
const VICTIM = { address: '198.51.100.7', port: 4000 };
const random = createRandom(7);
const THEIRS = { ufrag: 'page', pwd: 'a'.repeat(22) };
const BEGIN = {
  type: 'begin',
  version: 1,
  family: 'IPv4',
  sockets: { control: THEIRS, filtering: THEIRS, base: THEIRS },
} as const;

type Begun = Extract<ServerMessage, { readonly type: 'begun' }>;
type Transmit = Extract<BrowserOutput, { readonly kind: 'transmit' }>;

const create = (): Browsers => createBrowsers({ places: () => placesOf([LAB_LAYOUT]), randomBytes: random.bytes });

const messagesOf = (outputs: readonly BrowserOutput[]): readonly ServerMessage[] =>
  outputs.flatMap((output) => (output.kind === 'send' ? [output.message] : []));

const sentBy = (outputs: readonly BrowserOutput[]): readonly Transmit[] =>
  outputs.filter((output) => output.kind === 'transmit');

function say(browsers: Browsers, message: unknown, page = 1, now = 0): readonly ServerMessage[] {
  return messagesOf(browsers.handle(now, { kind: 'message', page, text: JSON.stringify(message) }));
}

/** Opens a page and begins a detection; gives the server's credentials. */
function begin(browsers: Browsers): Begun['sockets'] {
  browsers.handle(0, { kind: 'opened', page: 1, source: 'source' });
  const begun = say(browsers, BEGIN).find((message) => message.type === 'begun');
  if (begun?.type !== 'begun') throw new Error('it has not begun');
  return begun.sockets;
}

interface Forged {
  readonly ours: Begun['sockets'];
  readonly socket: BrowserSocket;
  readonly from?: Endpoint;
  readonly to?: Endpoint;
  readonly pwd?: string;
  readonly ufrag?: string;
}

function check(
  browsers: Browsers,
  now: number,
  { ours, socket, from = VICTIM, to = PRIMARY, pwd, ufrag }: Forged,
): { readonly isFor: boolean; readonly sent: readonly Transmit[] } {
  const bytes = encodeCheck({
    transactionId: random.bytes(12),
    username: `${ufrag ?? ours[socket].ufrag}:${THEIRS.ufrag}`,
    key: shortTermKey(pwd ?? ours[socket].pwd),
    ...{ priority: 1, role: 'controlling', tieBreaker: 1n, nominates: false },
  });
  const isFor = browsers.isFor(bytes);
  return { isFor, sent: sentBy(browsers.handle(now, { kind: 'datagram', bytes, local: to, remote: from })) };
}

/** Lets time pass; gives what was sent meanwhile. */
function pass(browsers: Browsers, { from, ms }: { readonly from: number; readonly ms: number }): readonly Transmit[] {
  const sent: Transmit[] = [];
  for (let now = from; now < from + ms; now += TICK_MS) sent.push(...sentBy(browsers.handle(now, { kind: 'tick' })));
  return sent;
}

describe('whoever forges the source of a page’s checks', () => {
  it.each(['control', 'filtering', 'base'] as const)('makes %s send no more than was sent to it', (socket) => {
    const browsers = create();
    const ours = begin(browsers);
    say(browsers, { type: 'started', family: 'IPv4' });
    const asked = [1, 2, 3, 4, 5].flatMap((now) => check(browsers, now, { ours, socket }).sent);
    const later = pass(browsers, { from: 10, ms: 20_000 });
    const sent = [...asked, ...later];
    expect(sent.length).toBeLessThanOrEqual(5);
    expect(sent.every(({ to }) => sameEndpoint(to, VICTIM))).toBe(true);
  });

  it('makes it send nothing larger than the check itself', () => {
    const browsers = create();
    const ours = begin(browsers);
    const username = `${ours.filtering.ufrag}:${THEIRS.ufrag}`;
    const key = shortTermKey(ours.filtering.pwd);
    const transactionId = random.bytes(12);
    const bytes = encodeCheck({
      transactionId,
      username,
      key,
      priority: 1,
      role: 'controlling',
      tieBreaker: 1n,
      nominates: false,
    });
    const [sent] = sentBy(browsers.handle(0, { kind: 'datagram', bytes, local: PRIMARY, remote: VICTIM }));
    expect(sent?.bytes.length).toBe(bytes.length);
  });

  it('is not heard with a check that is shorter than the one that it would be sent', () => {
    const browsers = create();
    const ours = begin(browsers);
    const attributes = [
      { type: 'USERNAME', value: `${ours.filtering.ufrag}:${THEIRS.ufrag}` },
      { type: 'PRIORITY', value: 1 },
    ] as const;
    const message = { class: 'request', method: METHOD.binding, transactionId: random.bytes(12), attributes } as const;
    const integrity = { algorithm: 'sha1', key: shortTermKey(ours.filtering.pwd) } as const;
    const bytes = encode(message, { integrity });
    expect(browsers.handle(0, { kind: 'datagram', bytes, local: PRIMARY, remote: VICTIM })).toEqual([]);
  });

  it('is not heard with a wrong password, or with a fragment of nobody', () => {
    const browsers = create();
    const ours = begin(browsers);
    expect(check(browsers, 0, { ours, socket: 'base', pwd: 'b'.repeat(24) })).toEqual({ isFor: true, sent: [] });
    expect(check(browsers, 0, { ours, socket: 'base', ufrag: 'nobody12' })).toEqual({ isFor: false, sent: [] });
  });

  it('proves nothing by an answer that comes from elsewhere, or under another password', () => {
    const browsers = create();
    const ours = begin(browsers);
    const [asked] = check(browsers, 0, { ours, socket: 'filtering' }).sent;
    const decoded = decode(asked?.bytes ?? new Uint8Array());
    if (!decoded.ok || !asked) throw new Error('no check was sent');
    const { transactionId } = decoded.message;
    const answers = [
      { remote: { ...VICTIM, port: 4001 }, local: PRIMARY, pwd: THEIRS.pwd },
      { remote: VICTIM, local: { ...PRIMARY, port: LAB_LAYOUT.altPort }, pwd: THEIRS.pwd },
      { remote: VICTIM, local: PRIMARY, pwd: 'b'.repeat(22) },
    ];
    for (const { remote, local, pwd } of answers) {
      const bytes = encodeSuccess(transactionId, VICTIM, shortTermKey(pwd));
      browsers.handle(1, { kind: 'datagram', bytes, local, remote });
    }
    say(browsers, { type: 'started', family: 'IPv4' });
    expect(pass(browsers, { from: 2, ms: 3_000 })).toEqual([]);
  });
});

describe('a page', () => {
  it('is sent no more checks than its rate, however willingly it answers', () => {
    const browsers = create();
    const ours = begin(browsers);
    say(browsers, { type: 'started', family: 'IPv4' });
    let sent = 0;
    const answer = (asked: readonly Transmit[], now: number): void => {
      for (const { from, to, bytes } of asked) {
        const decoded = decode(bytes);
        if (!decoded.ok || decoded.message.class !== 'request') continue;
        sent++;
        // The other places are never answered from, so that the test goes on for as long as it may.
        if (!sameEndpoint(from, PRIMARY)) continue;
        const success = encodeSuccess(decoded.message.transactionId, to, shortTermKey(THEIRS.pwd));
        browsers.handle(now, { kind: 'datagram', bytes: success, local: from, remote: to });
      }
    };
    for (let now = 0; now < 10_000; now += TICK_MS) {
      answer(check(browsers, now, { ours, socket: 'filtering' }).sent, now);
      answer(check(browsers, now, { ours, socket: 'control' }).sent, now);
      answer(sentBy(browsers.handle(now, { kind: 'tick' })), now);
    }
    expect(sent).toBeGreaterThan(60);
    expect(sent).toBeLessThanOrEqual(CHECK_RATE.burst + 10_000 / CHECK_RATE.intervalMs);
  });

  it('may begin so many detections, and no more', () => {
    const browsers = create();
    begin(browsers);
    for (let begun = 1; begun < TRIALS_PER_PAGE; begun++) expect(say(browsers, BEGIN)[0]?.type).toBe('begun');
    expect(say(browsers, BEGIN)).toEqual([
      { type: 'error', reason: 'busy', detail: 'this page has begun too many detections: reload it' },
    ]);
    expect(browsers.population()).toEqual({ pages: 1, detections: 1 });
  });

  it('is told when the server lacks a family', () => {
    const browsers = create();
    begin(browsers);
    expect(say(browsers, { ...BEGIN, family: 'IPv6' })).toEqual([
      { type: 'error', reason: 'no-such-family', detail: 'this server has no IPv6' },
    ]);
  });

  it.each(['', '{', '[]', '{"type":"begin"}', JSON.stringify({ ...BEGIN, version: 2 })])(
    'is told of what cannot be read, and closed: %s',
    (text) => {
      const browsers = create();
      browsers.handle(0, { kind: 'opened', page: 1, source: 'source' });
      const outputs = browsers.handle(0, { kind: 'message', page: 1, text });
      expect(messagesOf(outputs)[0]).toMatchObject({ type: 'error', reason: 'bad-message' });
      expect(outputs.at(-1)).toEqual({ kind: 'close', page: 1, reason: 'bad message' });
      expect(browsers.population()).toEqual({ pages: 0, detections: 0 });
    },
  );

  it('is closed when it has been open for too long', () => {
    const browsers = create();
    begin(browsers);
    expect(browsers.handle(PAGE_MAX_MS, { kind: 'tick' }).at(-1)).toMatchObject({ kind: 'close', page: 1 });
    expect(browsers.population()).toEqual({ pages: 0, detections: 0 });
  });
});

describe('pages together', () => {
  it('are so many at one source, and so many in all', () => {
    const browsers = create();
    const open = (page: number, source: string): string | undefined =>
      messagesOf(browsers.handle(0, { kind: 'opened', page, source }))[0]?.type;
    for (let page = 0; page < PAGES_PER_SOURCE; page++) expect(open(page, 'one')).toBe('welcome');
    expect(open(PAGES_PER_SOURCE, 'one')).toBe('error');
    for (let page = PAGES_PER_SOURCE + 1; page <= PAGES_MAX; page++) expect(open(page, `${page}`)).toBe('welcome');
    expect(open(PAGES_MAX + 1, 'last')).toBe('error');
    browsers.handle(0, { kind: 'closed', page: 0 });
    expect(open(PAGES_MAX + 2, 'one')).toBe('welcome');
  });

  it('can be sent anything', () => {
    const browsers = create();
    const ours = begin(browsers);
    const good = encodeCheck({
      transactionId: random.bytes(12),
      username: `${ours.control.ufrag}:${THEIRS.ufrag}`,
      key: shortTermKey(ours.control.pwd),
      ...{ priority: 1, role: 'controlling', tieBreaker: 1n, nominates: false },
    });
    for (let run = 0; run < 20_000; run++) {
      const bytes = run % 2 === 0 ? random.bytes(random.integer(100)) : good.slice();
      if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256);
      browsers.isFor(bytes);
      expect(
        sentBy(browsers.handle(0, { kind: 'datagram', bytes, local: PRIMARY, remote: VICTIM })).length,
      ).toBeLessThan(2);
    }
  });
});
