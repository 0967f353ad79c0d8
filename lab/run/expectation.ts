/** What the routers should see of a pair, by the lab file and the two accesses. */
import { expectationOf } from '../docker/matrix/cell.ts';
import type { Expect } from '../file/lab-file.ts';
import type { NamedAccess } from '../profiles.ts';
import type { ExpectedCell, Outcome } from '../results/run-result.ts';

type Arithmetic = Extract<Expect, { readonly kind: 'arithmetic' }>;

/** Returns what is right for a program of the lab file between these accesses. */
export function expectedCell(expect: Expect, a: NamedAccess, b: NamedAccess): ExpectedCell {
  switch (expect.kind) {
    case 'arithmetic':
      return byArithmetic(expect, a, b);
    case 'all':
      return { outcome: expect.outcome, why: AS_TOLD };
    case 'table': {
      const told = expect.cells.get(`${a.name}×${b.name}`) ?? expect.otherwise;
      return typeof told === 'string' ? { outcome: told, why: AS_TOLD } : byArithmetic(told, a, b);
    }
  }
}

const AS_TOLD = 'as the lab file says';

/** Counts the better of the two families. A guess of ports may fail, and then whatever else the program does is right. */
function byArithmetic({ hasRelay }: Arithmetic, a: NamedAccess, b: NamedAccess): ExpectedCell {
  const ipv6 = [a.ipv6 ?? null, b.ipv6 ?? null] as const;
  const { technique } = expectationOf(a.access, b.access, { ipv6 });
  switch (technique) {
    case 'simultaneous-open':
      return { outcome: 'direct', why: 'by sending to what a server saw' };
    case 'port-prediction':
    case 'birthday':
      return { outcome: hasRelay ? 'any-path' : 'anything', why: 'direct only by a guess of ports' };
    case 'relay':
    case null:
      return hasRelay
        ? { outcome: 'relayed', why: 'by a relay alone' }
        : { outcome: 'none', why: 'no way without a relay' };
  }
}

/** Whether an outcome is one of those expected. What the routers did not see, or could not be run, never is. */
export function isExpected(outcome: Outcome, { outcome: expected }: Pick<ExpectedCell, 'outcome'>): boolean {
  switch (expected) {
    case 'direct':
    case 'relayed':
    case 'none':
      return outcome === expected;
    case 'any-path':
      return outcome === 'direct' || outcome === 'relayed';
    case 'anything':
      return outcome === 'direct' || outcome === 'relayed' || outcome === 'none';
  }
}
