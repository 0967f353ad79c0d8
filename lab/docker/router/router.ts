/** A router of the lab, open to inspection and to change. */
import type { LabContainer } from '../container/container.ts';
import { loadRules } from '../topology/setup-script.ts';
import { IPV6_TABLE } from './ipv6-rules.ts';
import { FORGET_LEARNED } from './learned.ts';
import { CUT, RESTORE } from './link-faults.ts';
import { rebootCommand } from './reboot.ts';
import type { RouterRules } from './rules.ts';

export interface LabRouter extends LabContainer {
  /** The rules in force, for a person to read. */
  rules(): Promise<string>;
  /** Replaces all rules with these, for IPv6 too. */
  load(rules: RouterRules): Promise<void>;
  /** Drops every n-th UDP datagram of each direction and family from now on, by the router's count; 0 drops none. */
  loseEveryNth(n: number): Promise<void>;
  /**
   * Forgets every mapping, and every way that a firewall has opened, in no time: the next packet of a client makes a
   * new one. The rules stay, and so does their count of ports.
   */
  forget(): Promise<void>;
  /**
   * Reboots: for a second, nothing is forwarded over its public link; then it has its rules and addresses as at first, and
   * nothing that it has learned, tracked or counted. What `loseEveryNth` and `cut` do goes on.
   */
  reboot(): Promise<void>;
  /**
   * From now on, nothing is forwarded over the router's public link, in either family and direction, as when the line is cut.
   * The router keeps its mappings as far as they last.
   */
  cut(): Promise<void>;
  /** Ends what `cut` does, if it does. */
  restore(): Promise<void>;
  /** The connections that the router tracks, one per line. */
  conntrack(): Promise<string>;
}

/** Lists the rules of iptables, and the nftables tables that a router may have beside them. */
const LIST_RULES = `iptables-save; ip6tables-save; for table in 'ip cone' 'ip hairpin' '${IPV6_TABLE}'; do nft list table $table; done 2>/dev/null; nft -t list table ip ports 2>/dev/null; true`;

/** @param rules those that it has. */
export function labRouter(container: LabContainer, rules: RouterRules): LabRouter {
  let loaded = rules;
  const output = async (argv: readonly string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await container.exec(argv);
    if (exitCode !== 0) throw new Error(`${container.name}: ${argv[0]}: exit ${exitCode}\n${stderr}`);
    return stdout;
  };
  const hasIpv6 = container.address6 !== null;
  const programs = hasIpv6 ? ['iptables', 'ip6tables'] : ['iptables'];
  const families = hasIpv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  return {
    ...container,
    rules: () => output(['sh', '-c', LIST_RULES]),
    load: async (others) => {
      await output(['sh', '-c', loadRules(others)]);
      loaded = others;
    },
    reboot: async () => void (await output(['sh', '-c', `set -e\n${rebootCommand(loaded, families)}`])),
    loseEveryNth: async (n) => void (await output(['sh', '-c', lossCommand(n, programs)])),
    forget: async () => void (await output(['sh', '-c', forgetCommand(families)])),
    cut: async () => void (await output(['sh', '-c', CUT])),
    restore: async () => void (await output(['sh', '-c', RESTORE])),
    conntrack: async () =>
      (await Promise.all(families.map((family) => output(['conntrack', '-L', '-f', family])))).join(''),
  };
}

/** What is learned goes last: a packet in between would learn once more what connection tracking still knows. */
function forgetCommand(families: readonly string[]): string {
  return ['set -e', ...families.map((family) => `conntrack -F -f ${family}`), FORGET_LEARNED].join('\n');
}

/** Datagrams are counted, not drawn by lot, so that a test with loss is the same each time. */
function lossCommand(n: number, programs: readonly string[]): string {
  if (!Number.isInteger(n) || n < 0 || n === 1) throw new RangeError(`every n-th is 2 or more, or 0 for none: ${n}`);
  const rules = programs.flatMap((program) => [
    `${program} -t raw -F PREROUTING`,
    ...(n === 0 ? [] : ['lan', 'wan']).map(
      (from) =>
        `${program} -t raw -A PREROUTING -i ${from} -p udp -m statistic --mode nth --every ${n} --packet 0 -j DROP`,
    ),
  ]);
  return ['set -e', ...rules].join('\n');
}
