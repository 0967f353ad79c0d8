/**
 * Shapes the links of sites: latency, jitter, rate and loss each way. By netem where the kernel has it, else by queues in user
 * space; never without having measured that packets are held back.
 */
import type { LabContainer } from '../../container/container.ts';
import { runIn } from '../../container/run-in.ts';
import type { LinkEnds } from './ends.ts';
import { startNetem } from './netem.ts';
import { type LinkQuality, requireQuality, type ShapedLinks } from './quality.ts';
import { startQueues } from './queues.ts';

/**
 * @throws RangeError when the quality has a value that it must not have.
 * @throws Error with the reasons when neither way holds packets back as long as it should; the links are as before then.
 */
export async function shapeLinks(
  links: readonly LinkEnds[],
  backbone: LabContainer,
  quality: LinkQuality,
): Promise<ShapedLinks> {
  requireQuality(quality);
  const ways = {
    netem: async () => ({ failed: new Promise<never>(() => {}), ...(await startNetem(links)) }),
    queues: () => startQueues(links, backbone),
  };
  const reasons: string[] = [];
  for (const by of ['netem', 'queues'] as const) {
    try {
      return await tried({ by, start: ways[by], measure: (least) => measure(links, backbone, least) }, quality);
    } catch (error) {
      reasons.push(`${by}: ${(error as Error).message}`);
    }
  }
  throw new Error(`links cannot be shaped here: ${reasons.join('; ')}`);
}

interface Way {
  readonly by: ShapedLinks['by'];
  readonly start: () => Promise<Omit<ShapedLinks, 'by'>>;
  /** @throws Error when a packet takes less than that there and back. */
  readonly measure: (leastMs: number) => Promise<void>;
}

/** For the measurement: so that it shows also where the links are to lose packets alone. */
const MEASURED_LATENCY_MS = 10;

async function tried({ by, start, measure }: Way, quality: LinkQuality): Promise<ShapedLinks> {
  const shaper = await start();
  try {
    await shaper.set({ latencyMs: MEASURED_LATENCY_MS, jitterMs: 0, rate: null, lossPercent: 0 });
    await measure(2 * MEASURED_LATENCY_MS);
    await shaper.set(quality);
  } catch (error) {
    await Promise.allSettled([shaper[Symbol.asyncDispose]()]);
    throw error;
  }
  const set: ShapedLinks['set'] = async (other) => {
    requireQuality(other);
    await shaper.set(other);
  };
  return { by, set, failed: shaper.failed, [Symbol.asyncDispose]: shaper[Symbol.asyncDispose] };
}

const PINGS = 3;
const PING_INTERVAL_S = 0.02;
const PING_TIMEOUT_S = 5;
/** Of a clock that ticks a thousand times a second, in each direction. */
const TICKS_MS = 2;

/**
 * Pings every router from the backbone, in each family; -U, since the kernel's time of an answer is from before it is held back.
 */
async function measure(links: readonly LinkEnds[], backbone: LabContainer, leastMs: number): Promise<void> {
  const addresses = links.flatMap(({ place }) => place.routers);
  const pings = addresses.map(
    (to) =>
      `ping -n -q -U -c ${PINGS} -i ${PING_INTERVAL_S} -W ${PING_TIMEOUT_S} ${to} | sed -n 's|^rtt [^=]*= |${to} |p' &`,
  );
  const said = await runIn(backbone, `${pings.join('\n')}\nwait`);
  const times = new Map(
    [...said.matchAll(/^(\S+) ([\d.]+)\//gm)].map(([, to = '', least = '']) => [to, Number(least)] as const),
  );
  for (const to of addresses) {
    const ms = times.get(to);
    if (ms === undefined) throw new Error(`the router at ${to} does not answer a ping`);
    if (ms < leastMs - TICKS_MS) {
      throw new Error(`a ping of ${to} took ${ms} ms where packets were to be held back for ${leastMs} ms`);
    }
  }
}
