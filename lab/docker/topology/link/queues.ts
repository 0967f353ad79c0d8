/**
 * Links as queues of the kernel's, which a program in user space empties (image/programs/link.py). They are on the backbone: it tracks
 * no connections, so that a packet that is held back has been translated and is remembered by its router already.
 */
import type { LabContainer } from '../../container/container.ts';
import { runIn } from '../../container/run-in.ts';
import type { LinkEnds } from './ends.ts';
import type { ShapedLinks } from './quality.ts';

const PROGRAM = ['python3', '/usr/local/lib/natcheck-lab/link.py'];
const SEED = 'natcheck';

/** @throws Error when the kernel has no such queues, with what it says. */
export async function startQueues(
  links: readonly LinkEnds[],
  backbone: LabContainer,
): Promise<Omit<ShapedLinks, 'by'>> {
  const program = await backbone.start([...PROGRAM, SEED, ...links.map(({ index }) => `${index}`)]);
  let isOver = false;
  let settings = 0;
  const stop = async (): Promise<void> => {
    isOver = true;
    try {
      await runIn(backbone, queueCommands(links, 'delete'));
    } finally {
      // What is still held back is lost with the program.
      await program[Symbol.asyncDispose]();
    }
  };
  const failed = program.ended.then(() => (isOver ? new Promise<never>(() => {}) : failure(program.onLine)));
  failed.catch(() => {}); // Told to whoever waits for it.
  try {
    await program.line(/^ready$/);
    await runIn(backbone, queueCommands(links, 'add'));
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return {
    failed,
    set: async (quality) => {
      settings++;
      program.write(JSON.stringify(quality));
      await program.line(new RegExp(`^set ${settings}$`));
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** What it says when all is well. */
const ANSWER = /^(?:ready|set \d+)$/;

function failure(onLine: (listener: (line: string) => void) => Disposable): never {
  const said: string[] = [];
  onLine((line) => ANSWER.test(line) || said.push(line))[Symbol.dispose]();
  throw new Error(`what shapes the links of the lab has ended: ${said.at(-1) ?? 'it said nothing'}`);
}

/**
 * Shell commands that lead the packets of links into their queues, or no longer. Without their program, queues drop everything.
 * By iptables, since nftables' own `queue` is missing in some kernels that have NFQUEUE.
 */
export function queueCommands(links: readonly Pick<LinkEnds, 'index' | 'place'>[], what: 'add' | 'delete'): string {
  const option = what === 'add' ? '-A' : '-D';
  return [
    ...restored(
      'iptables-restore',
      links.map(({ index, place }) => rulesOf(index, place.ipv4, [])),
      option,
    ),
    ...restored(
      'ip6tables-restore',
      links.map(({ index, place }) => rulesOf(index, place.ipv6, NEIGHBOUR_DISCOVERY)),
      option,
    ),
  ].join('\n');
}

/** A lost packet of it (RFC 4861) would cost a second, and it belongs to the one public link of the lab. */
const NEIGHBOUR_DISCOVERY = ['neighbour-solicitation', 'neighbour-advertisement'].map(
  (type) => `-p icmpv6 --icmpv6-type ${type} -j ACCEPT`,
);

interface LinkRules {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** @param before what goes before the queue. */
function rulesOf(index: number, prefixes: readonly string[], before: readonly string[]): LinkRules {
  const to = (queue: number): readonly string[] => [...before, `-j NFQUEUE --queue-num ${queue}`];
  return {
    up: prefixes.flatMap((prefix) => to(2 * index).map((what) => `PREROUTING -i wan -s ${prefix} ${what}`)),
    down: prefixes.flatMap((prefix) => to(2 * index + 1).map((what) => `POSTROUTING -o wan -d ${prefix} ${what}`)),
  };
}

function restored(program: string, rules: readonly LinkRules[], option: '-A' | '-D'): readonly string[] {
  const table = (name: string, lines: readonly string[]): readonly string[] => [
    `*${name}`,
    ...lines.map((line) => `${option} ${line}`),
    'COMMIT',
  ];
  const up = rules.flatMap((one) => one.up);
  if (up.length === 0) return [];
  const down = rules.flatMap((one) => one.down);
  return [`${program} --noflush <<'RULES'`, ...table('raw', up), ...table('mangle', down), 'RULES'];
}
