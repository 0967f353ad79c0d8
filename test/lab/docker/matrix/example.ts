/** A matrix of two NATs with one wrong cell, in which one side alone has a path. */
import { type Both, expectationOf, judgeCell, type PunchedSide } from '../../../../lab/docker/matrix/cell.ts';
import { MATRIX_SCHEMA, type Matrix } from '../../../../lab/docker/matrix/matrix.ts';
import { type AccessProfile, FULL_CONE, type NatProfile, SYMMETRIC } from '../../../../lab/profiles.ts';

export const behind = (profile: NatProfile): AccessProfile => ({ kind: 'nat', layers: [profile] });

export function direct(elapsedMs: number, stderr = ''): PunchedSide {
  const report = { outcome: 'direct', reason: null, technique: 'simultaneous-open', elapsedMs };
  return { exitCode: 0, report, stderr };
}

/** A direct path to a peer at that address. */
export function directTo(address: string, elapsedMs: number): PunchedSide {
  const { exitCode, report, stderr } = direct(elapsedMs);
  return { exitCode, report: report && { ...report, remote: { address, port: 50_000 } }, stderr };
}

export function failed(reason: string, { elapsedMs = 9000, stderr = '' } = {}): PunchedSide {
  return { exitCode: 7, report: { outcome: 'failed', reason, technique: 'simultaneous-open', elapsedMs }, stderr };
}

const PROFILES = [FULL_CONE, SYMMETRIC];

/** The matrix of the two, in which full-cone to symmetric ends like this; `hasIpv6` says whether any site has IPv6. */
export function matrixWith(sides: Both<PunchedSide>, { hasIpv6 = false } = {}): Matrix {
  const ends: readonly Both<PunchedSide>[] = [
    [direct(12), direct(15)],
    sides,
    [direct(20), direct(18)],
    [failed('no-path'), failed('no-path', { elapsedMs: 9004 })],
  ];
  const pairs = PROFILES.flatMap((a) => PROFILES.map((b) => [a, b] as const));
  const cells = pairs.map(([a, b], index) =>
    judgeCell(
      { a: a.name, b: b.name, expected: expectationOf(behind(a), behind(b)), hasIpv6 },
      ends[index] ?? [direct(0), direct(0)],
    ),
  );
  const names = PROFILES.map(({ name }) => name);
  const isAsExpected = cells.every((cell) => cell.isAsExpected);
  return { schema: MATRIX_SCHEMA, rows: names, columns: names, isAsExpected, elapsedMs: 12_345, cells };
}

/** One in which that pair has a path over IPv6, and the others report no endpoint. */
export const MATRIX_WITH_IPV6 = matrixWith([directTo('2001:db8:2::2', 30), directTo('2001:db8:1::2', 28)], {
  hasIpv6: true,
});

export const RIGHT_MATRIX = matrixWith([direct(30), direct(28)]);

const ESC = String.fromCharCode(0x1b);

/** What a program may say to break whatever shows it: markup, a fence, colours, controls, half a character. */
export const HOSTILE_STDERR = `${ESC}[31mred${ESC}[0m </failure>]]> & "x"\n\`\`\`\n| a | b |\u0000\u0008\ud800\ufffe\u0085 é 🙂\n`;

export const WRONG_MATRIX = matrixWith([direct(30), failed('no-path', { elapsedMs: 9001, stderr: HOSTILE_STDERR })]);
