/** Makes a used lab what it was when it had started, as far as a test is expected to have changed it. */
import type { Addressing } from '../../../../lab/docker/topology/addressing.ts';
import { planLab } from '../../../../lab/docker/topology/plan.ts';
import { loadRules } from '../../../../lab/docker/topology/setup-script.ts';
import { CLASSIC_NATS, type Lab, type LabRouter } from '../../../../lab/index.ts';
import type { Asked } from './lent.ts';

/** Ends all programs but the containers' own, and gives each router the rules that it began with, and no memory. @returns the lab. */
export async function restoreLab(lab: Lab, asked: Asked, addressing: Addressing): Promise<Lab> {
  const { profiles = CLASSIC_NATS, clientsPerNat: clientsPerSite = 1, ...others } = asked;
  const { sites, helpers } = planLab({ ...others, profiles, clientsPerSite, addressing });
  const hosts = [
    lab.server,
    ...helpers.map(({ name }) => lab.helper(name)),
    ...lab.sites.flatMap(({ clients }) => clients),
  ];
  await Promise.all([
    ...hosts.map((host) => host.exec(['sh', '-c', 'kill -KILL -1'])),
    ...sites.map(async ({ name, rules, carrier: outer }) => {
      const { router, carrier } = lab.nat(name);
      await restoreRouter(router, loadRules(rules));
      if (carrier && outer) await restoreRouter(carrier, loadRules(outer.rules));
    }),
  ]);
  return lab;
}

async function restoreRouter(router: LabRouter, load: string): Promise<void> {
  const forget = router.address6 === null ? 'conntrack -F' : 'conntrack -F; conntrack -F -f ipv6';
  const { exitCode, stderr } = await router.exec(['sh', '-c', `set -e\n${load}\n${forget}`]);
  if (exitCode !== 0) throw new Error(`${router.name} is not restored: ${stderr}`);
}
