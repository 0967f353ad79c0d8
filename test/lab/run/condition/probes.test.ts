import { expect, it } from 'vitest';
import { bytesProbe } from '../../../../lab/run/condition/probes.ts';
import type { Watched } from '../../../../lab/run/condition/watched.ts';
import { createOutput, NoSuchLineError } from '../../../../lab/run/program/output.ts';

const NEVER = new Promise<never>(() => {});
const AFTER_LINE = { kind: 'line', of: 'b', pattern: /direct/, afterMs: 0 } as const;

const BYTES = { kind: 'bytes', from: 'a', to: 'b', address: ['10.0.0.2'], amount: 5, after: null } as const;

/** Of two sides whose programs run; probes never say a word. */
function watched(given: Partial<Watched> & { readonly asked?: string[] } = {}): Watched {
  const { asked = [], ...parts } = given;
  const probe: Watched['probe'] = async (side) => {
    asked.push(side);
    return { line: () => NEVER } as never;
  };
  return {
    output: () => createOutput(),
    ended: () => NEVER,
    exitCode: () => null,
    resolve: async ([address = '']) => `${address}`,
    mayProbe: Promise.resolve(),
    until: () => NEVER,
    probe,
    ...parts,
  };
}

/** When all that can happen without waiting has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('bytes are sent at once, or not before their moment', async () => {
  const asked: string[] = [];
  const [when, then] = [Promise.withResolvers<void>(), settled];
  bytesProbe(BYTES, watched({ asked }));
  await then();
  expect(asked).toEqual(['b']);
  const { missing } = bytesProbe({ ...BYTES, after: AFTER_LINE }, watched({ asked, until: () => when.promise }));
  await then();
  expect(asked).toEqual(['b']);
  expect(missing()).toBe('b did not print /direct/, after which a was to send bytes to b');
  when.resolve();
  await then();
  expect(asked).toEqual(['b', 'b']);
  expect(missing()).toBe('b did not have the address 10.0.0.2, which a was to send bytes to');
});

it('bytes whose line cannot come any more are missed', async () => {
  const until = (): Promise<never> => Promise.reject(new NoSuchLineError('ended with 1'));
  const { met } = bytesProbe({ ...BYTES, after: AFTER_LINE }, watched({ until }));
  await expect(met).rejects.toThrow('b ended with 1 before it printed /direct/, after which bytes were to go');
});

it('bytes that are missing tell which of their sides has ended', async () => {
  const exitCode: Watched['exitCode'] = (side) => (side === 'b' ? 1 : null);
  const before = bytesProbe(BYTES, watched({ exitCode }));
  await settled();
  expect(before.missing()).toBe('b (ended with 1) did not have the address 10.0.0.2, which a was to send bytes to');
  const listening = { line: async () => 'listening 9' };
  const probe = async (side: string): Promise<never> => (side === 'b' ? listening : { line: () => NEVER }) as never;
  const sent = bytesProbe(BYTES, watched({ exitCode, probe }));
  await settled();
  expect(sent.missing()).toBe('5 bytes from a did not arrive at b (ended with 1), at 10.0.0.2');
});
