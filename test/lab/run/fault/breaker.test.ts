import { expect, it } from 'vitest';
import type { FaultAction } from '../../../../lab/file/lab-file.ts';
import { type Breakable, createBreaker } from '../../../../lab/run/fault/breaker.ts';
import { everyNth } from '../../../../lab/run/fault/every-nth.ts';
import { faultWords } from '../../../../lab/run/fault/words.ts';

/** Notes what is done to whom. */
const breakable = (log: string[]): Breakable => {
  const router = (name: string): never => {
    const note = (what: string) => async (n?: number) =>
      void log.push(`${name} ${what}${n === undefined ? '' : ` ${n}`}`);
    return {
      loseEveryNth: note('loses'),
      forget: note('forgets'),
      reboot: note('reboots'),
      cut: note('cut'),
      restore: note('restored'),
    } as never;
  };
  const site = (name: string): ReturnType<Breakable['site']> => ({
    router: router(name),
    carrier: name === 'b' ? router(`${name}'s carrier`) : null,
    renumber: async () => {
      log.push(`${name} renumbered`);
      return '';
    },
    repair: async () => void log.push(`${name} repaired`),
  });
  const sites = { a: site('a'), b: site('b') } as Record<string, ReturnType<Breakable['site']>>;
  return {
    site: (name) => sites[name] as ReturnType<Breakable['site']>,
    helper: (name) => ({
      kill: async () => void log.push(`${name} killed`),
      start: async () => void log.push(`${name} started`),
    }),
  };
};

it('where a site has two routers, the outer one is cut and loses, both forget, and the inner one reboots', async () => {
  const log: string[] = [];
  const { make } = createBreaker(breakable(log));
  const faults: FaultAction[] = [
    { kind: 'loss', side: 'b', percent: 5 },
    { kind: 'cut', side: 'b' },
    { kind: 'restore', side: 'b' },
    { kind: 'forget', side: 'b' },
    { kind: 'reboot', side: 'b' },
    { kind: 'forget', side: 'a' },
  ];
  for (const fault of faults) await make(fault);
  expect(log).toEqual([
    "b's carrier loses 20",
    "b's carrier cut",
    "b's carrier restored",
    'b forgets',
    "b's carrier forgets",
    'b reboots',
    'a forgets',
  ]);
});

it('what has been broken is mended once, and nothing else is touched', async () => {
  const log: string[] = [];
  const { make, undo } = createBreaker(breakable(log));
  await make({ kind: 'cut', side: 'a' });
  await make({ kind: 'renumber', side: 'a' });
  await make({ kind: 'kill', helper: 'relay' });
  await undo();
  await undo();
  expect(log).toEqual(['a cut', 'a renumbered', 'relay killed', 'a repaired', 'relay started']);
});

it('what could be made only by half is mended, too', async () => {
  const log: string[] = [];
  const { site, helper } = breakable(log);
  const broken = { ...site('a'), renumber: () => Promise.reject(new Error('no address')) };
  const { make, undo } = createBreaker({ site: () => broken, helper });
  await expect(make({ kind: 'renumber', side: 'a' })).rejects.toThrow('no address');
  await undo();
  expect(log).toEqual(['a repaired']);
});

it.each([
  [0, 0, 'no more datagrams of a are lost'],
  [5, 20, 'one in 20 UDP datagrams of a is lost, each way'],
  [30, 3, 'one in 3 UDP datagrams of a is lost, each way'],
  [50, 2, 'one in 2 UDP datagrams of a is lost, each way'],
])('a loss of %d percent is every n-th for n = %d', (percent, n, words) => {
  expect(everyNth(percent)).toBe(n);
  expect(faultWords({ kind: 'loss', side: 'a', percent })).toBe(words);
});
