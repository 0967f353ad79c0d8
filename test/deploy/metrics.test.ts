/** The dashboard and the alerts ask for metrics and labels that a server has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../docs/sample.ts';
import { startRelayServer } from '../server/turn/relay-server.ts';

const read = (path: string): string => readFileSync(join(ROOT, 'deploy', path), 'utf8');

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const alerts = (parse(read('prometheus/alerts.yml')) as Rules).groups.flatMap(({ rules }) => rules);
const { panels } = JSON.parse(read('grafana/natcheck.json')) as Dashboard;
const asked = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** The metrics of an expression, each with the labels that are asked for. */
function metricsIn(expr: string): readonly (readonly [name: string, labels: readonly string[]])[] {
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
  return [...expr.matchAll(/\b((?:natcheck|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', selector = '']) => {
      const selected = [...selector.matchAll(/(\w+)(?:=~?|!=|!~)"/g)].map(([, label = '']) => label);
      return [name, [...selected, ...grouped]] as const;
    },
  );
}

/** Labels that the scraper adds. */
const SCRAPED = ['instance', 'job'];

it.each(asked)('%s: %s', async (_, expr) => {
  const metrics = metricsIn(expr);
  // Whether something could be scraped is no metric of it.
  if (!expr.startsWith('up{')) expect(metrics.length).toBeGreaterThan(0);
  const text = await metricsText();
  for (const [name, labels] of metrics) {
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    expect(lines.length, name).toBeGreaterThan(0);
    const has = new Set([...(lines[0] ?? '').matchAll(/[{,](\w+)=/g)].map(([, label = '']) => label));
    expect(labels.filter((label) => !SCRAPED.includes(label) && !has.has(label))).toEqual([]);
  }
});

let made: Promise<string> | null = null;
function metricsText(): Promise<string> {
  made ??= (async () => {
    await using server = await startRelayServer({}, { partner: { hosts: ['127.0.0.2'], secret: 'x'.repeat(22) } });
    return (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text();
  })();
  return made;
}
