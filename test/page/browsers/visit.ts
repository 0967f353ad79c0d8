/**
 * The program that drives a browser: it opens the page so often, each time in a profile of its own, and writes the report of each
 * as a line of JSON: of an invitation the path to the friend, else the verdict. `node visit.ts chromium|firefox URL TIMES`
 */
import axe from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { launch } from './launch.ts';

const [, , kind, url = '', times = '1'] = process.argv;
const REPORT = url.includes('#friend=') ? '#friend-report' : '#report, [role=alert]';
/** A verdict takes three seconds; a browser that shares two cores with a dozen others takes longer to start. */
const TIMEOUT_MS = 60_000;

const browser = await launch(kind === 'firefox' ? kind : 'chromium');
try {
  for (let time = 0; time < Number(times); time++) await visit(browser, time);
} finally {
  await browser.close();
}

async function visit(one: Browser, time: number): Promise<void> {
  const context = await one.createBrowserContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url, { timeout: TIMEOUT_MS });
  await page.waitForSelector(REPORT, { timeout: TIMEOUT_MS });
  // A text, which the browser runs, since the tests have no document; the page counts from its start, as its reader does.
  const seen = (await page.evaluate(`(() => {
    const found = document.querySelector(${JSON.stringify(REPORT)});
    return { isReport: found.localName === 'script', text: found.textContent, atMs: Math.round(performance.now()) };
  })()`)) as { readonly isReport: boolean; readonly text: string; readonly atMs: number };
  const barriers = time === 0 ? await barriersOn(page) : [];
  const report = seen.isReport ? JSON.parse(seen.text) : { problem: seen.text };
  process.stdout.write(
    `${JSON.stringify({ browser: await one.version(), atMs: seen.atMs, errors, barriers, report })}\n`,
  );
  await context.close();
}

/** What keeps people from using the page, by the rules of axe, each in one line. */
async function barriersOn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
  return found as readonly string[];
}
