/** A tab with the page, and what its reader sees and does there. */
import type { Browser, BrowserContext, Page } from 'puppeteer-core';

export interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** Resolves with the sentence of the problem that is shown, or with `a verdict`. */
  readonly outcome: () => Promise<string>;
  /** The same after "Test again". */
  readonly testAgain: () => Promise<string>;
  /** Resolves with the sentence of the problem in the part about the friend. */
  readonly friendProblem: () => Promise<string>;
  /** Resolves once the status of that part begins so. */
  readonly friendStatus: (beginning: string) => Promise<void>;
  /** Resolves with what an expression gives once that is true. */
  readonly seen: <T = unknown>(expression: string) => Promise<T>;
  /** Clicks on the button with that text. */
  readonly press: (text: string) => Promise<void>;
}

interface TabOptions {
  /** What the page runs before its own scripts. */
  readonly scripts?: readonly string[];
  /** Default: one of its own. */
  readonly context?: BrowserContext;
}

/** An expression of what `outcome` gives. */
export const OUTCOME = `document.getElementById('report') ? 'a verdict'
  : document.querySelector('main > div > [role=alert]')?.textContent`;

export async function openTab(browser: Browser, url: string, { scripts = [], context }: TabOptions = {}): Promise<Tab> {
  const own = context ?? (await browser.createBrowserContext());
  const page = await own.newPage();
  // A test has its end from vitest, however busy the machine is.
  page.setDefaultTimeout(0);
  for (const script of scripts) await page.evaluateOnNewDocument(script);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  const seen = async <T>(expression: string): Promise<T> => {
    const found = await page.waitForFunction(expression, { polling: 'mutation' });
    return (await found.jsonValue()) as T;
  };
  const press = async (text: string): Promise<void> => {
    const button = `[...document.querySelectorAll('button')].find((one) => one.textContent === ${JSON.stringify(text)})`;
    await page.evaluate(`${button}.click()`);
  };
  return {
    page,
    seen,
    press,
    outcome: () => seen(OUTCOME),
    testAgain: async () => {
      await press('Test again');
      return seen(OUTCOME);
    },
    friendProblem: () => seen(`document.querySelector('.friend [role=alert]')?.textContent`),
    friendStatus: async (beginning) => {
      await seen(`document.getElementById('friend-status')?.textContent.startsWith(${JSON.stringify(beginning)})`);
    },
    [Symbol.asyncDispose]: () => (context ? page.close() : own.close()),
  };
}
