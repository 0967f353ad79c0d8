/** The secrets that all nodes have, of whoever was first. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSecrets, shareSecrets } from '../../../server/cluster/secrets.ts';

/** What Redis keeps. */
function createStore() {
  const values = new Map<string, string>();
  return {
    values,
    share: async (key: string, value: string): Promise<string> => {
      if (!values.has(key)) values.set(key, value);
      return values.get(key) ?? '';
    },
  };
}

it('the first gives its secrets, the others take them, and say so', async () => {
  const store = createStore();
  const [first, second] = [createSecrets(randomBytes), createSecrets(randomBytes)];
  expect(first).not.toEqual(second);
  expect(await shareSecrets(store, first)).toBe(false);
  expect(await shareSecrets(store, second)).toBe(true);
  expect(second).toEqual(first);
  expect(await shareSecrets(store, second)).toBe(false);
});

it('a secret that was lost is that of whoever is there first again, and only that one changes', async () => {
  const store = createStore();
  const [first, second, late] = [createSecrets(randomBytes), createSecrets(randomBytes), createSecrets(randomBytes)];
  await shareSecrets(store, first);
  await shareSecrets(store, second);
  store.values.delete('natcheck:session-secret');
  await shareSecrets(store, late);
  expect(await shareSecrets(store, first)).toBe(true);
  expect([first.ticket, first.session]).toEqual([second.ticket, late.session]);
});

it('what is no secret there is not taken', async () => {
  const secrets = createSecrets(randomBytes);
  const own = { ticket: Buffer.from(secrets.ticket), session: secrets.session.current };
  expect(await shareSecrets({ share: async () => 'x' }, secrets)).toBe(false);
  expect([secrets.ticket, secrets.session.current]).toEqual([own.ticket, own.session]);
});
