/** Searches, maps, and gives up in every way; then says on stdout what it still holds open, as JSON. */
import { setImmediate } from 'node:timers/promises';
import { firstMapping } from '../../src/port-mapping/first-mapping.ts';
import { gatewayFinders } from '../../src/port-mapping/gateway.ts';
import type { FindRouter } from '../../src/port-mapping/router.ts';
import { findPinholeRouter } from '../../src/port-mapping/upnp/pinhole.ts';
import { findUpnpRouter } from '../../src/port-mapping/upnp/upnp.ts';
import { type FakeNatPmp, startFakeNatPmp } from './fake-nat-pmp.ts';
import { type FakePcp, startFakePcp } from './fake-pcp.ts';
import { type FakeUpnp, startFakeUpnp } from './fake-upnp.ts';

const local = '127.0.0.1';
const upnp =
  ({ at }: FakeUpnp): FindRouter =>
  (signal) =>
    findUpnpRouter({ local, at: [at], signal });
const pinhole =
  ({ at }: FakeUpnp): FindRouter =>
  (signal) =>
    findPinholeRouter({ local, at: [at], signal });
const byGateway = ({ gateway }: FakeNatPmp | FakePcp): readonly FindRouter[] => gatewayFinders({ local, gateway });

const outcomes: string[] = [];
const tryOut = async (
  finders: readonly FindRouter[],
  { timeoutMs = 10_000, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<void> => {
  const result = await firstMapping({ finders, port: 40_000, timeoutMs, signal }).catch(() => null);
  outcomes.push(result?.outcome ?? 'aborted');
  if (result?.outcome === 'mapped') await result[Symbol.asyncDispose]();
};
{
  await using good = await startFakeUpnp();
  await using mute = await startFakeUpnp({ isMute: true });
  await using gateway = await startFakeNatPmp();
  await using silent = await startFakeNatPmp(() => []);
  await using pcp = await startFakePcp();
  await using silentPcp = await startFakePcp(() => []);
  await tryOut([upnp(good), ...byGateway(silent)]);
  await tryOut([upnp(mute), ...byGateway(gateway)]);
  await tryOut([upnp(good), ...byGateway(gateway)]);
  await tryOut([upnp(mute), ...byGateway(pcp)]);
  await tryOut([upnp(good), ...byGateway(pcp)]);
  await tryOut([upnp(mute), ...byGateway(silent)], { timeoutMs: 200 });
  await tryOut([upnp(mute), ...byGateway(silentPcp)], { signal: AbortSignal.timeout(50) });
  await tryOut([pinhole(mute)], { signal: AbortSignal.timeout(50) });
  if (pcp.mapped.size > 0) outcomes.push(`left at the gateway: ${pcp.mapped.size}`);
}
// What is closed is let go of at the end of a turn of the event loop.
for (let turn = 0; turn < 3; turn++) await setImmediate();
const held = process.getActiveResourcesInfo().filter((name) => /UDP|TCP|Timeout/.test(name));
process.stdout.write(JSON.stringify({ outcomes, held }));
