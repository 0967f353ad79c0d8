/** Single values of a lab file, as they are written. */
import { describe, expect, it } from 'vitest';
import { accessesNamed } from '../../../../lab/file/text/access-name.ts';
import { parseEndpoint } from '../../../../lab/file/text/endpoint.ts';
import { parseJsonPath } from '../../../../lab/file/text/json-path.ts';
import { parsed } from '../../../../lab/file/text/parsed.ts';
import { parsePattern } from '../../../../lab/file/text/pattern.ts';
import {
  DELAY,
  PERCENTAGE,
  parseQuantity,
  patternOf,
  RATE,
  SIZE,
  TIME,
  TIME_SPAN,
} from '../../../../lab/file/text/quantity.ts';

describe('a number with a unit', () => {
  it.each([
    ['500ms', TIME, 500],
    ['30s', TIME, 30_000],
    ['1.5s', TIME, 1500],
    ['2m', TIME, 120_000],
    ['1h', TIME, 3_600_000],
    ['0s', TIME, 0],
    ['20 ms', DELAY, 20],
    ['100kB', SIZE, 100_000],
    ['1MiB', SIZE, 1_048_576],
    ['10Mbit/s', RATE, 10_000_000],
    ['0.5%', PERCENTAGE, 0.5],
  ])('%s is read', (text, measure, value) => {
    expect(parseQuantity(text, measure)).toEqual(parsed(value));
    expect(text).toMatch(patternOf(measure));
  });

  it.each([
    ['', TIME],
    ['30', TIME],
    ['s', TIME],
    ['1.s', TIME],
    ['1e3s', TIME],
    ['-1s', TIME],
    ['30sec', TIME],
    ['1s 2s', TIME],
    ['0s', TIME_SPAN],
    ['2h', TIME],
    ['11s', DELAY],
    ['100KB', SIZE],
    ['2GiB', SIZE],
    ['1bit/s', RATE],
    ['101%', PERCENTAGE],
    ['1constructor', SIZE],
  ])('"%s" is refused', (text, measure) => {
    expect(parseQuantity(text, measure).kind).toBe('refused');
  });
});

describe('a pattern', () => {
  it.each([
    ['/connected to (\\S+)/', /connected to (\S+)/],
    ['/Ready/i', /Ready/i],
    ['/a/b/', /a\/b/],
    ['all (of) it: 1.0?', /all \(of\) it: 1\.0\?/],
    ['/half', /\/half/],
  ])('%s is an expression', (text, pattern) => {
    const read = parsePattern(text);
    expect(read.kind === 'parsed' && [read.value.source, read.value.flags]).toEqual([pattern.source, pattern.flags]);
  });

  it.each([
    '',
    ' ',
    '/(/',
    '/a/g',
    '/a/ii',
    '/dev/net',
    'a\nb',
    'pair {{pair}}',
    'x'.repeat(1001),
    `/${'x'.repeat(1001)}/`,
  ])('%j is none', (text) => {
    expect(parsePattern(text).kind).toBe('refused');
  });
});

describe('a JSON path', () => {
  it.each([
    ['$', []],
    ['$.outcome', ['outcome']],
    ['$.peers[0].state', ['peers', 0, 'state']],
    ['$["a b"][\'c\']', ['a b', 'c']],
    ['$["\\u00e9"]', ['é']],
  ])('%s is read', (text, steps) => {
    expect(parseJsonPath(text)).toEqual(parsed(steps));
  });

  it.each(['', 'a', '$a', '$.', '$..a', '$[*]', '$[-1]', '$["\\x"]', '$.a '])('%j is refused', (text) => {
    expect(parseJsonPath(text).kind).toBe('refused');
  });
});

describe('an endpoint', () => {
  it.each([
    ['10.42.0.2:5201', ['10.42.0.2'], 5201],
    ['[fd00::1]:80', ['fd00::1'], 80],
    ['{{ peer.address }}:1', [{ kind: 'side', of: 'peer', what: 'address' }], 1],
    ['{{a.line:/at ([0-9:]+)/}}:53', [{ kind: 'line', of: 'a', pattern: /at ([0-9:]+)/ }], 53],
  ])('%s is read', (text, address, port) => {
    expect(parseEndpoint(text)).toEqual(parsed({ address, port }));
  });

  it.each(['', ':80', 'a', 'a:', 'a:0', 'a:65536', 'a b:1', '::1:80', '[::1]', '{{x}}:1'])('%j is refused', (text) => {
    expect(parseEndpoint(text).kind).toBe('refused');
  });
});

it('a set of accesses has a name, with IPv6 for each as well', () => {
  const names = (text: string): readonly string[] | string => {
    const read = accessesNamed(text);
    return read.kind === 'parsed' ? read.value.map(({ name }) => name) : read.message;
  };
  expect(names('classic')).toEqual(['full-cone', 'restricted', 'port-restricted', 'symmetric']);
  expect(names('untranslated+ipv6-open')).toEqual(['open+ipv6-open', 'firewalled+ipv6-open', 'udp-blocked+ipv6-open']);
  expect(names('clasic')).toBe('there is no access clasic; did you mean classic?');
  expect(names('toString')).toMatch(/^there is no access toString; there are classic, /);
});
