import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyPorts, type PortSample } from '../../../src/nat/port-assignment/pattern.ts';

interface Changes {
  readonly address?: string;
  readonly isPrompt?: boolean;
  readonly internalPort?: number;
}

/** One sample for each socket, in order. */
const samplesOf = (ports: readonly number[], changes: (index: number) => Changes = () => ({})): PortSample[] =>
  ports.map((port, index) => ({
    socket: `allocation-${index + 1}`,
    internalPort: 50_000 + 7 * index,
    address: '198.51.100.1',
    port,
    isPrompt: true,
    ...changes(index),
  }));
const RANDOM = [2000, 60_000, 40_000, 31_000, 9000, 47_000, 22_000, 51_000, 1500, 36_000];
const COUNTED = Array.from({ length: 12 }, (_, index) => 2000 + index);

describe('the ports of new mappings', () => {
  it('are preserved when they are those of the sockets, also if another host has some of them', () => {
    const own = Array.from({ length: 12 }, (_, index) => 50_000 + 7 * index);
    expect(classifyPorts(samplesOf(own)).kind).toBe('preserved');
    expect(classifyPorts(samplesOf([1, 2, 3, ...own.slice(3)])).kind).toBe('preserved');
    expect(classifyPorts(samplesOf([9000, 300, 41_000, 777, ...own.slice(4)])).kind).not.toBe('preserved');
  });

  it('are sequential by a step', () => {
    expect(classifyPorts(samplesOf(COUNTED))).toEqual({ kind: 'sequential', step: 1, range: null, reason: null });
  });

  it('are sequential also if a lost packet made its mapping later than its turn', () => {
    const [first = 0, ...others] = COUNTED;
    const late = samplesOf([...others.slice(0, 4), 2400, ...others.slice(4, 7), 2401, ...others.slice(7)], (index) => ({
      isPrompt: index !== 4 && index !== 8,
    }));
    expect(first).toBe(2000);
    expect(classifyPorts(late)).toMatchObject({ kind: 'sequential', step: 1 });
  });

  it('are sequential on each address of a pool, or over all of them', () => {
    const pool = (index: number): Changes => ({ address: `198.51.100.${1 + (index % 2)}` });
    const onEach = COUNTED.map((_, index) => (index % 2 ? 60_000 : 3000) + Math.floor(index / 2));
    expect(classifyPorts(samplesOf(onEach, pool))).toMatchObject({ kind: 'sequential', step: 1 });
    const irregular = (index: number): Changes => ({ address: `198.51.100.${[1, 1, 2, 1, 2, 2][index % 6]}` });
    expect(classifyPorts(samplesOf(COUNTED, irregular))).toMatchObject({ kind: 'sequential', step: 1 });
  });

  it('are sequential where each socket counts on from its own first port', () => {
    const earlier = samplesOf(RANDOM);
    const next = samplesOf(RANDOM.map((port) => port + 1));
    const counted = { kind: 'sequential', step: 1, range: null, reason: null };
    expect(classifyPorts(next, earlier)).toEqual({ ...counted, perSocket: true });
    expect(classifyPorts(next)).toMatchObject({ kind: 'random' });
  });

  it('count over all sockets first: a socket sees the same distance between its own, which is no step', () => {
    const counter = Array.from({ length: 24 }, (_, index) => 2000 + index);
    const [earlier, next] = [samplesOf(counter.slice(0, 12)), samplesOf(counter.slice(12))];
    expect(classifyPorts(next, earlier)).toEqual({ kind: 'sequential', step: 1, range: null, reason: null });
  });

  it('are of a range when they are close without an order', () => {
    const close = [2041, 2007, 2090, 2030, 2111, 2060, 2150, 2048, 2119, 2135];
    expect(classifyPorts(samplesOf(close))).toEqual({
      kind: 'range',
      step: null,
      range: { first: 1991, last: 2166 },
      reason: null,
    });
  });

  it('are random otherwise', () => {
    expect(classifyPorts(samplesOf(RANDOM))).toEqual({ kind: 'random', step: null, range: null, reason: null });
  });

  it('prove nothing when there are fewer than eight', () => {
    expect(classifyPorts(samplesOf(COUNTED.slice(0, 7)))).toEqual({
      kind: 'undetermined',
      step: null,
      range: null,
      reason: 'too-much-loss',
    });
    expect(classifyPorts(samplesOf(COUNTED.slice(0, 8))).kind).toBe('sequential');
  });

  it('drawn at random, from everywhere or from a block, are never sequential', () => {
    const draws = fc.tuple(fc.constantFrom(64, 1024, 64_512), fc.integer({ min: 8, max: 12 })).chain(([size, count]) =>
      fc.uniqueArray(fc.noShrink(fc.integer({ min: 1024, max: 1023 + size })), {
        minLength: count,
        maxLength: count,
      }),
    );
    const isNotSequential = (ports: number[]): boolean =>
      classifyPorts(samplesOf(shuffled(ports))).kind !== 'sequential';
    fc.assert(fc.property(draws, isNotSequential), { seed: 1, numRuns: 1000 });
  });
});

/** fast-check prefers ordered and small values; this order is of the values' hashes. */
function shuffled(ports: readonly number[]): number[] {
  const hash = (port: number): number => Math.imul(port ^ (port >>> 7), 0x9e3779b1) >>> 0;
  return ports.toSorted((a, b) => hash(a) - hash(b));
}
