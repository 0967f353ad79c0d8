/** Searches, maps, and gives up in every way; then says on stdout what it still holds open, as JSON. */
import { setImmediate } from 'node:timers/promises';
import { firstMapping } from '../../src/port-mapping/first-mapping.ts';
import { findNatPmpRouter } from '../../src/port-mapping/nat-pmp.ts';
import type { FindRouter } from '../../src/port-mapping/router.ts';
import { findUpnpRouter } from '../../src/port-mapping/upnp.ts';
import { type FakeNatPmp, startFakeNatPmp } from './fake-nat-pmp.ts';
import { type FakeUpnp, startFakeUpnp } from './fake-upnp.ts';

const local = '127.0.0.1';
const upnp =
  ({ at }: FakeUpnp): FindRouter =>
  (signal) =>
    findUpnpRouter({ local, at: [at], signal });
const natPmp =
  ({ gateway }: FakeNatPmp): FindRouter =>
  (signal) =>
    findNatPmpRouter({ local, gateway, signal });

const outcomes: string[] = [];
const tryOut = async (finders: readonly FindRouter[], signal?: AbortSignal): Promise<void> => {
  const result = await firstMapping({ finders, port: 40_000, timeoutMs: 200, signal }).catch(() => null);
  outcomes.push(result?.outcome ?? 'aborted');
  if (result?.outcome === 'mapped') await result[Symbol.asyncDispose]();
};
{
  await using good = await startFakeUpnp();
  await using mute = await startFakeUpnp({ isMute: true });
  await using gateway = await startFakeNatPmp();
  await using silent = await startFakeNatPmp(() => []);
  await tryOut([upnp(good), natPmp(silent)]);
  await tryOut([upnp(mute), natPmp(gateway)]);
  await tryOut([upnp(good), natPmp(gateway)]);
  await tryOut([upnp(mute), natPmp(silent)]);
  await tryOut([upnp(mute), natPmp(silent)], AbortSignal.timeout(50));
}
// What is closed is let go of at the end of a turn of the event loop.
for (let turn = 0; turn < 3; turn++) await setImmediate();
const held = process.getActiveResourcesInfo().filter((name) => /UDP|TCP|Timeout/.test(name));
process.stdout.write(JSON.stringify({ outcomes, held }));
