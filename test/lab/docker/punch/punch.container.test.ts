/**
 * `natcheck punch` between clients behind real NATs: all 16 ordered pairs of the classic four, on routers of their own,
 * as `natcheck lab matrix` runs them and writes them down.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { renderMatrix } from '../../../../cli/render/grid/matrix-text.ts';
import { labMatrix } from '../../../../docs/made/lab-matrix.ts';
import { type Matrix, matrixJunit, matrixMarkdown, matrixSvg } from '../../../../lab/index.ts';
import { natcheck } from '../../../cli/natcheck.ts';
import { leftBehind } from '../left-behind.ts';
import { describeLab } from '../provided.ts';

const NATS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'];
const DIRECT = { outcome: 'direct', reason: null, technique: 'simultaneous-open', exitCode: 0, probes: 20 };
const BY_CHANCE = { ...DIRECT, technique: 'birthday' };
const RELAYED = { outcome: 'relayed', reason: null, technique: 'relay', exitCode: 5, probes: 20 };
/** In the order of NATS, both ways. */
const ENDS = [
  [DIRECT, DIRECT, DIRECT, DIRECT],
  [DIRECT, DIRECT, DIRECT, DIRECT],
  [DIRECT, DIRECT, DIRECT, BY_CHANCE],
  [DIRECT, DIRECT, BY_CHANCE, RELAYED],
];
/** The start of eight sites, the matrix, and the end of the lab. */
const TEST_TIMEOUT_MS = 240_000;

/** As far as this test looks into a report. */
type Health = { readonly health?: { readonly probes: number } | null } | null;

const schemaOf = async (name: string): Promise<object> =>
  JSON.parse(
    await readFile(new URL(`../../../../docs/schema/natcheck.${name}-1.schema.json`, import.meta.url), 'utf8'),
  );

describeLab('natcheck lab matrix', () => {
  const host = inject('lab')?.host ?? '';
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'natcheck-test-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('finds that every pair ends the same on both sides, as arithmetic says, and leaves only its files', {
    timeout: TEST_TIMEOUT_MS,
  }, async () => {
    const out = join(dir, 'results', 'nat');
    const env = { DOCKER_HOST: host, XDG_RUNTIME_DIR: dir };
    const { code, stdout, stderr } = await natcheck(['lab', 'matrix', '--out', out, '--json'], env);
    expect(code, stderr).toBe(0);
    const matrix: Matrix = JSON.parse(stdout);

    const pairs = NATS.flatMap((a, row) => NATS.map((b, column) => ({ a, b, end: ENDS[row]?.[column] })));
    const ends = matrix.cells.map(({ a, b, sides }) => ({ a, b, ends: sides.map(endOf) }));
    expect(ends).toEqual(pairs.map(({ a, b, end }) => ({ a, b, ends: [end, end] })));
    for (const { expected, actual, isAsExpected } of matrix.cells) {
      expect([actual.outcome, actual.reasons, isAsExpected]).toEqual([expected.outcome, expected.reasons, true]);
    }
    expect([matrix.rows, matrix.columns, matrix.isAsExpected]).toEqual([NATS, NATS, true]);

    const printed = renderMatrix(matrix, { color: false, paths: [] });
    const shown = labMatrix().replace(/^```text\n|\n```$/g, '');
    expect(untimed(shown), 'docs/lab.md shows another matrix: run npm run docs:lab').toEqual(untimed(printed));

    const ajv = new Ajv2020({ allErrors: true });
    expect(ajv.validate(await schemaOf('lab-matrix'), matrix), ajv.errorsText()).toBe(true);
    const isReport = ajv.compile(await schemaOf('punch'));
    for (const { report } of matrix.cells.flatMap(({ sides }) => sides)) {
      expect(isReport(report), ajv.errorsText(isReport.errors)).toBe(true);
    }

    const names = ['matrix.html', 'matrix.json', 'matrix.junit.xml', 'matrix.md', 'matrix.svg'];
    expect(await readdir(out)).toEqual(names);
    const [html = '', json = '', ...others] = await Promise.all(names.map((name) => readFile(join(out, name), 'utf8')));
    expect(html).toMatch(/^<!doctype html>/);
    expect(JSON.parse(json)).toEqual(matrix);
    expect(others).toEqual([matrixJunit(matrix), matrixMarkdown(matrix), matrixSvg(matrix)]);

    const said = stderr.split('\n').filter((line) => / of 16 {2}/.test(line));
    expect(said).toHaveLength(16);
    expect(said[15]).toMatch(/^16 of 16 {2}\S+ → \S+: (direct|relayed) \d+ ms$/);
    expect(await leftBehind(host)).toEqual([]);
  });
});

/** The cells of each line, without how long they took. */
function untimed(text: string): readonly (readonly string[])[] {
  const cells = text.replace(/\d+ ms/g, 'N ms').replace(/[\d.]+ s$/, 'N s');
  return cells.split('\n').map((line) => line.split(/ {2,}/));
}

function endOf({ exitCode, report }: Matrix['cells'][number]['sides'][number]) {
  const { outcome, reason, technique, health } = { ...report, ...(report as Health) };
  return { outcome, reason, technique, exitCode, probes: health?.probes };
}
