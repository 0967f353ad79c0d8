/** Starts a browser without a window, as far as the tests of the page need one. */
import puppeteer, { type Browser } from 'puppeteer-core';
import type { BrowserName } from './browser.ts';

/** What keeps Chromium from looking for its maker's servers, which a lab does not have; the sandbox takes user namespaces. */
const CHROMIUM = [
  ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-default-apps', '--disable-extensions'],
];

export function launch(kind: BrowserName): Promise<Browser> {
  if (kind === 'firefox')
    return puppeteer.launch({ browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true });
  return puppeteer.launch({
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: CHROMIUM,
    // Pages that are left are kept, as they are for everybody.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}
