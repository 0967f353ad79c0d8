import type Dockerode from 'dockerode';
import { expect, it } from 'vitest';
import { runtimeFor } from '../../../../lab/docker/engine/runtime.ts';

const engineOf = (DefaultRuntime: string): Dockerode => ({ info: async () => ({ DefaultRuntime }) }) as Dockerode;
const WITH_IPV6 = { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.disable_ipv6': '0' };

it('what has IPv6 is started by runc where the engine has crun for all others', async () => {
  const engine = engineOf('natcheck-crun');
  expect(await runtimeFor(engine, WITH_IPV6)).toEqual({ Runtime: 'runc' });
  expect(await runtimeFor(engine, { 'net.ipv4.ip_forward': '1' })).toEqual({});
});

it('an engine of somebody else starts everything as it is set up to', async () => {
  expect(await runtimeFor(engineOf('crun'), WITH_IPV6)).toEqual({});
});
