/** The arithmetic of two NATs, as a table of all nine kinds by all nine (test/lab/sim/punch/behaviors.test.ts shows it with packets). */
import { describe, expect, it } from 'vitest';
import { DEPENDENCIES, type Dependency } from '../../src/nat/behavior.ts';
import { type Behavior, CLASSIC_PEERS, canBeMet, mustBeShown, prospectOf } from '../../src/nat/prospect.ts';

const SHORT: Readonly<Record<string, Dependency>> = {
  EI: 'endpoint-independent',
  AD: 'address-dependent',
  APD: 'address-and-port-dependent',
};
const behaviorOf = (name: string): Behavior => {
  const [mapping = '', filtering = ''] = name.split('/');
  return {
    mapping: SHORT[mapping] ?? 'none',
    filtering: SHORT[filtering] ?? 'endpoint-independent',
  };
};
const LETTER = { direct: 'd', asymmetric: 'a', birthday: 'b', relay: '-' } as const;

describe('the prospect of a direct path', () => {
  const rows = [
    // EI/EI EI/AD EI/APD, then AD and APD mapping in the same order of filtering
    ['EI/EI', 'ddd ddd ddd'],
    ['EI/AD', 'ddd ddd ddd'],
    ['EI/APD', 'ddd bbb bbb'],
    ['AD/EI', 'ddb ddb ddb'],
    ['AD/AD', 'ddb dbb dbb'],
    ['AD/APD', 'ddb bb- b--'],
    ['APD/EI', 'ddb ddb aa-'],
    ['APD/AD', 'ddb db- a--'],
    ['APD/APD', 'ddb bb- ---'],
  ] as const;
  const names = rows.map(([name]) => name);

  it.each(rows)('from behind %s is %s', (name, expected) => {
    const letters = names.map((peer) => LETTER[prospectOf(behaviorOf(name), behaviorOf(peer))]).join('');
    expect(letters).toBe(expected.replaceAll(' ', ''));
  });

  it('has a row for each behaviour', () => {
    expect(names).toHaveLength(DEPENDENCIES.length ** 2);
  });

  it('without a NAT depends on the firewall alone', () => {
    const firewalled = { mapping: 'none', filtering: 'address-and-port-dependent' } as const;
    const open = { mapping: 'none', filtering: 'endpoint-independent' } as const;
    expect(prospectOf(open, CLASSIC_PEERS.symmetric)).toBe('direct');
    expect(prospectOf(firewalled, CLASSIC_PEERS.symmetric)).toBe('birthday');
    expect(prospectOf(firewalled, CLASSIC_PEERS['port-restricted'])).toBe('direct');
  });
});

describe('who can be met by chance', () => {
  it.each([
    ['APD/APD', 'EI/APD', true],
    ['AD/AD', 'APD/APD', true],
    ['AD/APD', 'AD/AD', false],
    ['APD/AD', 'AD/AD', false],
    ['APD/EI', 'AD/APD', true],
    ['APD/EI', 'APD/APD', false],
    ['EI/APD', 'APD/APD', false],
  ])('%s by %s: %s', (one, other, expected) => {
    expect(canBeMet(behaviorOf(one), behaviorOf(other))).toBe(expected);
  });

  it('has to see first where the other sends from only if its own port depends on that', () => {
    expect(mustBeShown(behaviorOf('APD/EI'), behaviorOf('AD/APD'))).toBe(true);
    expect(mustBeShown(behaviorOf('AD/EI'), behaviorOf('AD/APD'))).toBe(false);
    expect(mustBeShown(behaviorOf('APD/APD'), behaviorOf('EI/APD'))).toBe(false);
  });
});
