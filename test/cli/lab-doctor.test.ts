/** `natcheck lab doctor`, on whatever machine the test runs. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { renderDoctor } from '../../cli/commands/lab/doctor-text.ts';
import { type Check, doctorReport } from '../../lab/docker/doctor/check.ts';
import { natcheckHere } from './here.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../docs/schema/natcheck.lab-doctor-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020().compile(SCHEMA);

const ENGINE: Check = {
  name: 'container engine',
  status: 'ok',
  found: "the machine's own",
  isRequired: true,
  purpose: 'the containers',
  remedy: null,
};
const PRIVATE: Check = { ...ENGINE, name: 'private engine', status: 'missing', isRequired: false, remedy: 'be root' };
const NETEM: Check = {
  name: 'netem',
  status: 'missing',
  found: 'kind is unknown',
  isRequired: false,
  purpose: 'latency',
  remedy: 'sudo modprobe sch_netem',
};

describe('natcheck lab doctor', () => {
  it('exits with 2 where a lab cannot run, and prints what the schema says', async () => {
    const { code, stdout, stderr } = await natcheckHere(['lab', 'doctor', '--json'], { NATCHECK_LAB_ENGINE: 'none' });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    const report = JSON.parse(stdout);
    expect([validate(report), validate.errors]).toEqual([true, null]);
    expect(report.canRun).toBe(false);
    expect(report.checks.map(({ name }: Check) => name)).toContain('Testcontainers');
  });

  it('takes no place and no options of others', async () => {
    expect(await natcheckHere(['lab', 'doctor', 'symmetric'])).toMatchObject({
      code: 2,
      stderr: 'natcheck: natcheck lab doctor takes no further arguments\n',
    });
    expect(await natcheckHere(['lab', 'doctor', '--out', 'x'])).toMatchObject({
      code: 2,
      stderr: 'natcheck: natcheck lab doctor does not take --out\n',
    });
  });
});

it('a lab can run although something is missing that it can do without', () => {
  expect(doctorReport([ENGINE, NETEM]).canRun).toBe(true);
  expect(doctorReport([{ ...ENGINE, status: 'unknown' }]).canRun).toBe(true);
  expect(doctorReport([{ ...ENGINE, status: 'missing' }, NETEM]).canRun).toBe(false);
});

it('each check is a line, and what to do is a command of its own', () => {
  expect(renderDoctor(doctorReport([ENGINE, PRIVATE, NETEM]), { color: false }).split('\n')).toEqual([
    "ok       container engine  the machine's own",
    "missing  private engine    the machine's own",
    'missing  netem             kind is unknown',
    '',
    'netem  (for latency)',
    '  what to do: sudo modprobe sch_netem',
    '',
    'A lab can run here.',
  ]);
});

it('what is needed comes first, and what could not be tried is to be found out', () => {
  const missing: Check = { ...ENGINE, status: 'missing', remedy: 'install one' };
  const unknown: Check = { ...NETEM, status: 'unknown', found: 'not root', remedy: 'sudo natcheck lab doctor' };
  expect(
    renderDoctor(doctorReport([unknown, missing]), { color: false })
      .split('\n')
      .slice(3),
  ).toEqual([
    'container engine  (needed for the containers)',
    '  what to do: install one',
    '',
    'netem  (for latency)',
    '  to find out: sudo natcheck lab doctor',
    '',
    'No lab can run here yet.',
  ]);
});
