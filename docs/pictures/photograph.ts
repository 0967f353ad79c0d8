/** Photographs the page, as a desktop in light colours and as a phone in dark ones, once its verdict is there: `node photograph.ts URL DIR` */
import { join } from 'node:path';
import puppeteer, { type Page } from 'puppeteer-core';

const [, , url = '', dir = ''] = process.argv;
const TIMEOUT_MS = 60_000;

const LOOKS = [
  { name: 'page', width: 860, height: 900, scheme: 'light' },
  { name: 'page-phone', width: 390, height: 844, scheme: 'dark' },
] as const;

const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args });
try {
  for (const look of LOOKS) await photograph(await browser.newPage(), look);
} finally {
  await browser.close();
}

async function photograph(page: Page, { name, width, height, scheme }: (typeof LOOKS)[number]): Promise<void> {
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url, { timeout: TIMEOUT_MS });
  await page.waitForSelector('#report', { timeout: TIMEOUT_MS });
  await page.screenshot({ path: join(dir, `${name}.png`), fullPage: true });
  await page.close();
}
