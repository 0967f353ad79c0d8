/** What can go wrong with the page, in a real Chromium on loopback: each is a sentence on it, and none has it wait for ever. */
import { once } from 'node:events';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, type ExpectStatic, it } from 'vitest';
import { PROBLEMS as FRIEND_PROBLEMS, TEXT as FRIEND_TEXT } from '../../../page/friend/text.ts';
import { PROBLEMS } from '../../../page/text.ts';
import { type NatcheckServer, startServer } from '../../../server/index.ts';
import { freePort } from '../../cli/free-port.ts';
import { natcheckReady } from '../../cli/natcheck.ts';
import { LOOPBACK_TLS } from '../../server/tls/loopback.ts';
import { lacks } from './browser.ts';
import { type Double, startDouble } from './double.ts';
import * as faults from './faults.ts';
import { launch } from './launch.ts';
import { findNginx, type Nginx, startNginx } from './nginx.ts';
import { OUTCOME, openTab, type Tab } from './tab.ts';

const IP = ['127.0.0.1', '127.0.0.2'];
const IN_THE_MIDDLE = `document.querySelector('main > .status').textContent.startsWith('The browser sends')`;
const NOTICE = `document.querySelector('.friend .note').textContent`;
/** The last of the seven steps. */
const PATH = `document.querySelector('#friend-steps > li[value="7"]')?.textContent`;
let rooms = 0;
/** An invitation to a room that nobody else has. */
const invitation = (): string => `#friend=${String(rooms++).padStart(22, '0')}`;

let browser: Browser;
let server: NatcheckServer;
let double: Double;
let nginx: Nginx;
let why: string | null = null;
let whyNoNginx: string | null = null;
beforeAll(async () => {
  why = await lacks('chromium');
  if (why !== null) return;
  const found = findNginx();
  if (typeof found === 'string') whyNoNginx = found;
  [browser, server, double] = await Promise.all([
    launch('chromium'),
    startServer({ ip: IP, port: 0, altPort: 0, httpPort: 0 }),
    startDouble(),
  ]);
  if (typeof found !== 'string') nginx = await startNginx(found, server.httpPort);
});
afterAll(async () => {
  await browser?.close();
  for (const one of [nginx, double, server]) await one?.[Symbol.asyncDispose]();
});

const here = (): string => `http://127.0.0.1:${server.httpPort}/`;
const open = (url: string, ...scripts: readonly string[]): Promise<Tab> => openTab(browser, url, { scripts });
/** Starts a server of its own, on a port that one before it has had. */
const serveAt = (httpPort: number): Promise<NatcheckServer> => startServer({ ip: IP, port: 0, altPort: 0, httpPort });

type Run = (expect: ExpectStatic) => Promise<void>;
const inChromium = (name: string, run: Run): void =>
  it(name, async ({ expect, skip }) => {
    if (why !== null) skip(why);
    await run(expect);
  });
const throughNginx = (name: string, run: Run): void =>
  it(name, async ({ expect, skip }) => {
    if (why ?? whyNoNginx) skip(why ?? whyNoNginx ?? '');
    await run(expect);
  });

describe.concurrent('in Chromium, the page comes to a verdict', () => {
  // It takes longest, and so comes first.
  throughNginx('below a path of a proxy, in each tab, and two of them meet there', async (expect) => {
    const context = await browser.createBrowserContext();
    const url = `${nginx.url}${invitation()}`;
    await using first = await openTab(browser, url, { context });
    await first.friendStatus('You are the first here.');
    await using second = await openTab(browser, url, { context });
    const paths = await Promise.all([first, second].map((one) => one.seen(PATH)));
    expect(paths).toEqual([expect.stringContaining('direct'), expect.stringContaining('direct')]);
    expect(await Promise.all([first.outcome(), second.outcome()])).toEqual(['a verdict', 'a verdict']);
    await using third = await openTab(browser, url, { context, scripts: [faults.passing(6_000)] });
    expect(await third.friendProblem()).toBe(FRIEND_PROBLEMS.full);
    expect(await first.seen(NOTICE)).toBe(FRIEND_TEXT.crowded);
  });

  inChromium('without asking for the time of day', async (expect) => {
    await using tab = await open(here(), faults.WITHOUT_DATE);
    expect(await tab.outcome()).toBe('a verdict');
  });

  inChromium('though it is loaded again, or left and shown again, in the middle; and keeps it then', async (expect) => {
    await using tab = await open(here(), faults.HELD);
    const { page } = tab;
    const leaveAndComeBack = async (): Promise<void> => {
      await page.goto(`${here()}healthz`);
      await page.goBack();
    };
    await tab.seen(IN_THE_MIDDLE);
    await page.reload({ waitUntil: 'domcontentloaded' });
    await tab.seen(IN_THE_MIDDLE);
    await page.evaluate(faults.RELEASE);
    await leaveAndComeBack();
    expect(await tab.outcome()).toBe('a verdict');
    await page.evaluate('globalThis.isThePageThatWasLeft = true');
    await leaveAndComeBack();
    expect(await tab.seen(`globalThis.isThePageThatWasLeft ? ${OUTCOME} : 'another page'`)).toBe('a verdict');
  });
});

describe.concurrent('in Chromium, the page has a sentence where', () => {
  for (const [name, script, ofVerdict, ofFriend] of [
    ['there is no WebRTC', faults.WITHOUT_WEBRTC, 'no-webrtc', 'no-webrtc'],
    ['there is no WebSocket', faults.WITHOUT_WEBSOCKET, 'no-websocket', 'no-websocket'],
  ] as const)
    inChromium(name, async (expect) => {
      await using tab = await open(`${here()}${invitation()}`, script);
      expect(await tab.outcome()).toBe(PROBLEMS[ofVerdict]);
      expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS[ofFriend]);
    });

  for (const [name, scripts, sentence] of [
    ['WebRTC is forbidden', [faults.WEBRTC_FORBIDDEN], `${PROBLEMS['no-webrtc']} (by a policy)`],
    ['WebRTC does nothing', [faults.WEBRTC_MUTE, faults.passing(4_000)], PROBLEMS['no-webrtc']],
    ['no result comes', [faults.HELD, faults.passing(15_000)], PROBLEMS.silent],
  ] as const)
    inChromium(name, async (expect) => {
      await using tab = await open(here(), ...scripts);
      expect(await tab.outcome()).toBe(sentence);
    });

  for (const [name, behaviour, scripts, problem] of [
    ['no WebSocket opens', 'hanging', [faults.passing(10_000)], 'no-websocket'],
    ['nothing comes from the server', 'mute', [faults.passing(5_000)], 'silent'],
    ['the server begins in another way', 'newer', [], 'other-version'],
    ['the server wants another beginning', 'stricter', [], 'other-version'],
  ] as const)
    inChromium(name, async (expect) => {
      await using tab = await open(`${double.at(behaviour)}${invitation()}`, ...scripts);
      expect([await tab.outcome(), await tab.testAgain()]).toEqual([PROBLEMS[problem], PROBLEMS[problem]]);
      expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS[problem]);
    });

  for (const [name, behaviour, sentence] of [
    ['the server hangs up before it has said anything', 'broken', PROBLEMS['server-lost']],
    ['the server refuses', 'busy', `${PROBLEMS.refused} (too many pages)`],
  ] as const)
    inChromium(name, async (expect) => {
      await using tab = await open(double.at(behaviour));
      expect(await tab.outcome()).toBe(sentence);
    });

  throughNginx('a proxy drops the Upgrade', async (expect) => {
    await using tab = await open(`${nginx.withoutUpgrade}${invitation()}`);
    expect(await tab.outcome()).toBe(PROBLEMS['no-websocket']);
    expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS['no-websocket']);
  });

  inChromium('the server is killed in the middle of a test, and tests once it is back', async (expect) => {
    const port = await freePort();
    const ports = ['--port', '0', '--alt-port', '0', '--http-port', String(port)];
    await using first = await natcheckReady(['serve', ...IP.flatMap((ip) => ['--ip', ip]), ...ports]);
    await using tab = await open(`http://127.0.0.1:${port}/`, faults.HELD);
    await tab.seen(IN_THE_MIDDLE);
    const ended = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    expect(await tab.outcome()).toBe(PROBLEMS['server-lost']);
    await ended;
    expect([await tab.testAgain(), await tab.testAgain()]).toEqual([PROBLEMS.unreachable, PROBLEMS.unreachable]);
    await using _second = await serveAt(port);
    await tab.page.evaluate(faults.RELEASE);
    expect(await tab.testAgain()).toBe('a verdict');
  });

  inChromium('the server ends in the middle of a test, and there is no invitation then', async (expect) => {
    const first = await serveAt(0);
    await using tab = await open(`http://127.0.0.1:${first.httpPort}/`, faults.HELD);
    await tab.seen(IN_THE_MIDDLE);
    await first[Symbol.asyncDispose]();
    expect(await tab.outcome()).toBe(`${PROBLEMS['server-lost']} (the server is shutting down)`);
    await tab.press('Invite a friend');
    expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS.unreachable);
    await using _second = await serveAt(first.httpPort);
    await tab.press('Try again');
    await tab.friendStatus('You are the first here.');
  });

  inChromium('the server is lost while a friend is waited for', async (expect) => {
    const first = await serveAt(0);
    await using tab = await open(`http://127.0.0.1:${first.httpPort}/${invitation()}`, faults.passing(2_000));
    await tab.friendStatus('You are the first here.');
    await first[Symbol.asyncDispose]();
    expect(await tab.seen(NOTICE)).toBe(FRIEND_TEXT.serverLost);
    expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS['server-lost']);
    await tab.press('Try again');
    expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS.unreachable);
    await using _second = await serveAt(first.httpPort);
    await tab.press('Try again');
    await tab.friendStatus('You are the first here.');
  });

  inChromium('the certificate is not valid any more', async (expect) => {
    await using tab = await open('about:blank');
    const session = await tab.page.createCDPSession();
    const trust = (ignore: boolean) => session.send('Security.setIgnoreCertificateErrors', { ignore });
    const options = { ip: IP, port: 0, altPort: 0, tls: LOOPBACK_TLS };
    const first = await startServer({ ...options, httpPort: 0 });
    await trust(true);
    await tab.page.goto(`https://127.0.0.1:${first.httpPort}/`);
    expect(await tab.outcome()).toBe('a verdict');
    // As after a change of the clock, when the connections from before are gone.
    await trust(false);
    await first[Symbol.asyncDispose]();
    await using _second = await startServer({ ...options, httpPort: first.httpPort });
    expect(await tab.testAgain()).toBe(PROBLEMS['unreachable-by-tls']);
  });

  inChromium('the browser is offline, and goes on once it is not', async (expect) => {
    await using tab = await open(`${here()}${invitation()}`);
    await tab.friendStatus('You are the first here.');
    expect(await tab.outcome()).toBe('a verdict');
    await tab.page.setOfflineMode(true);
    expect(await tab.seen(NOTICE)).toBe(FRIEND_TEXT.serverLost);
    expect([await tab.testAgain(), await tab.testAgain()]).toEqual([PROBLEMS.offline, PROBLEMS.offline]);
    await tab.page.setOfflineMode(false);
    expect(await tab.testAgain()).toBe('a verdict');
    await tab.seen(`${NOTICE} === ${JSON.stringify(FRIEND_TEXT.serverBack)}`);
  });

  inChromium('the link of an invitation is cut', async (expect) => {
    await using tab = await open(`${here()}#friend=short`);
    expect(await tab.friendProblem()).toBe(FRIEND_PROBLEMS['broken-link']);
  });
});
