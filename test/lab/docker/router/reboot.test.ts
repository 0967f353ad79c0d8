import { expect, it } from 'vitest';
import { rebootCommand } from '../../../../lab/docker/router/reboot.ts';

it('a router that reboots loses what it has learned, and what is not its own stays', () => {
  const rules = { iptables: '*nat\nCOMMIT\n', nft: 'table ip cone {\n}\ntable ip6 access {\n}\n' };
  expect(rebootCommand(rules, ['ipv4', 'ipv6'])).toBe(`nft -f - <<'RULES'
table inet reboot
delete table inet reboot
table inet reboot {
  chain forward {
    type filter hook forward priority raw;
    iifname "wan" drop
    oifname "wan" drop
  }
}
RULES
nft -f - <<'RULES'
table ip cone
delete table ip cone
table ip6 access
delete table ip6 access
table ip cone {
}
table ip6 access {
}

RULES
iptables-restore <<'RULES'
*nat
COMMIT
RULES
conntrack -F -f ipv4
conntrack -F -f ipv6
sleep 1
nft -f - <<'RULES'
table inet reboot
delete table inet reboot
RULES`);
});
