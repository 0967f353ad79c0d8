/** Hairpinning in the container lab: every NAT that is said to do it is held to it by the start, and so is one that is not. */
import { expect, it } from 'vitest';
import { FULL_CONE, NonconformingError, PORT_RESTRICTED, RESTRICTED, routerRules } from '../../../../lab/index.ts';
import { notInGate } from '../../../runs.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

describeLab('a lab of NATs that hairpin', () => {
  it.concurrent('starts, as each of them keeps its filter for what it hairpins', async () => {
    const profiles = [FULL_CONE, RESTRICTED, PORT_RESTRICTED].map((profile) => ({ ...profile, hairpin: true }));
    await using lab = await startProvidedLab({ profiles, clientsPerNat: 2 });
    expect(lab.sites).toHaveLength(3);
    // Who was let in by a neighbour has with it a connection as with anyone outside: replies come back by it.
    const { router, clients, publicAddress } = lab.nat('port-restricted');
    const [one, other] = clients.map(({ address }) => `src=${address} dst=${publicAddress} `.replaceAll('.', '\\.'));
    expect(await router.conntrack()).toMatch(new RegExp(`${one}.* ${other}`));
    expect(await router.rules()).toContain('table ip hairpin');
  });

  it.concurrent('refuses to run when one of them does not filter what it hairpins', async ({ skip }) => {
    notInGate(skip);
    const refusal = await startProvidedLab({
      profiles: [{ ...PORT_RESTRICTED, hairpin: true }],
      rules: (access, place) => {
        const { iptables, nft } = routerRules(access, place);
        return { iptables, nft: nft.replace(/.* drop\n/, '') };
      },
    }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NonconformingError);
    expect((refusal as NonconformingError).mismatches).toEqual([
      'port-restricted: hairpin: asked address-and-port-dependent, got endpoint-independent',
    ]);
  });
});
