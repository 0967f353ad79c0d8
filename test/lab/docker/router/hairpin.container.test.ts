/** Hairpinning in the container lab: every NAT that is said to do it is held to it by the start, and so is one that is not. */
import { expect, it } from 'vitest';
import { FULL_CONE, NonconformingError, PORT_RESTRICTED, RESTRICTED, routerRules } from '../../../../lab/index.ts';
import { describeLab, startProvidedLab } from '../provided.ts';

const OTHER_ADDRESSING = { publicPrefix: '198.51.100', privatePrefix: '10.114', routedPrefix: '198.19' };

describeLab('a lab of NATs that hairpin', () => {
  it.concurrent('starts, as each of them keeps its filter for what it hairpins', async () => {
    const profiles = [FULL_CONE, RESTRICTED, PORT_RESTRICTED].map((profile) => ({ ...profile, hairpin: true }));
    await using lab = await startProvidedLab({ profiles, clientsPerNat: 2 });
    expect(lab.sites).toHaveLength(3);
    // Who was let in by a neighbour has with it a connection as with anyone outside: replies come back by it.
    expect(await lab.nat('port-restricted').router.conntrack()).toMatch(
      /src=10\.113\.2\.2 dst=203\.0\.113\.103 .* src=10\.113\.2\.3 dst=203\.0\.113\.103 /,
    );
    expect(await lab.nat('port-restricted').router.rules()).toContain('table ip hairpin');
  });

  it.concurrent('refuses to run when one of them does not filter what it hairpins', async () => {
    const refusal = await startProvidedLab({
      profiles: [{ ...PORT_RESTRICTED, hairpin: true }],
      addressing: OTHER_ADDRESSING,
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
