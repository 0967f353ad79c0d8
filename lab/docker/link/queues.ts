/**
 * Links as queues of the kernel's, which a program in user space empties (image/link.py). They are on the backbone: it tracks
 * no connections, so that a packet that is held back has been translated and is remembered by its router already.
 */
import type { LabContainer } from '../container/container.ts';
import { runIn } from '../container/run-in.ts';
import { removeTable } from '../router/remove-table.ts';
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
    await runIn(
      backbone,
      `nft -f - <<'RULES'\n${links.map(({ index }) => removeTable(tableOf(index))).join('\n')}\nRULES`,
    );
    // What is still held back is lost with the program.
    await program[Symbol.asyncDispose]();
  };
  const failed = program.ended.then(() => (isOver ? new Promise<never>(() => {}) : failure(program.onLine)));
  failed.catch(() => {}); // Told to whoever waits for it.
  try {
    await program.line(/^ready$/);
    await runIn(backbone, `nft -f - <<'RULES'\n${links.map(queueTable).join('')}RULES`);
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

function failure(onLine: (listener: (line: string) => void) => Disposable): never {
  const said: string[] = [];
  onLine((line) => said.push(line))[Symbol.dispose]();
  throw new Error(`what shapes the links of the lab has ended: ${said.at(-1) ?? 'it said nothing'}`);
}

/** Neighbour discovery (RFC 4861 §4): a lost packet of it would cost a second, and it belongs to the lab's one public link. */
const NEIGHBOUR_DISCOVERY =
  '{ nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect }';

function tableOf(index: number): string {
  return `inet link${index}`;
}

/** One nftables table, which leads the packets of a link into its queues. Without their program, queues drop everything. */
export function queueTable({ index, place: { ipv4, ipv6 } }: Pick<LinkEnds, 'index' | 'place'>): string {
  const rules = (match: string, end: 'saddr' | 'daddr', queue: number): readonly string[] => [
    `    ${match} ip ${end} { ${ipv4.join(', ')} } queue num ${queue}`,
    ...(ipv6.length > 0
      ? [
          `    icmpv6 type ${NEIGHBOUR_DISCOVERY} accept`,
          `    ${match} ip6 ${end} { ${ipv6.join(', ')} } queue num ${queue}`,
        ]
      : []),
  ];
  return [
    `table ${tableOf(index)} {`,
    '  chain up {',
    '    type filter hook prerouting priority raw;',
    ...rules('iifname "wan"', 'saddr', 2 * index),
    '  }',
    '  chain down {',
    '    type filter hook postrouting priority mangle;',
    ...rules('oifname "wan"', 'daddr', 2 * index + 1),
    '  }',
    '}',
    '',
  ].join('\n');
}
