/** Links as queueing disciplines of the kernel's (tc-netem(8)) on both sides of their routers: what leaves there is held back. */
import { runIn } from '../../container/run-in.ts';
import type { LinkEnds } from './ends.ts';
import type { LinkQuality, ShapedLinks } from './quality.ts';

/** A second of 500 Mbit/s in full packets. */
const MOST_HELD = 40_000;
/** As image/programs/link.py: what a line carries in 100 ms waits for it, at least ten full packets. */
const WAITING_S = 0.1;
const WAITING_BYTES = 15_000;
const FULL_PACKET_BYTES = 1500;
/** With a rate, netem puts each packet behind the last one; without, jitter changes their order. */
const AS_FAST_AS_CAN_BE = 10_000_000_000;
/** netem counts frames of Ethernet, with their headers. */
const PACKET_OVERHEAD = -14;

/** @throws Error when the kernel has no netem: it is tried, since there is no other way to know. */
export async function startNetem(
  links: readonly LinkEnds[],
): Promise<Pick<ShapedLinks, 'set' | typeof Symbol.asyncDispose>> {
  const onAll = async (script: string): Promise<void> => {
    await Promise.all(links.map(({ router }) => runIn(router, script)));
  };
  await onAll('tc qdisc add dev lo root netem delay 1ms\ntc qdisc del dev lo root');
  return {
    set: (quality) => onAll(netemCommands(quality)),
    [Symbol.asyncDispose]: () => onAll('for link in wan lan; do tc qdisc del dev $link root 2>/dev/null || true; done'),
  };
}

/** Shell commands that shape both directions, in place of what has shaped them before. */
export function netemCommands({ latencyMs, jitterMs, rate, lossPercent }: LinkQuality): string {
  const most = rate === null ? MOST_HELD : waitingPackets(rate, latencyMs + jitterMs);
  const settings = [
    `limit ${most}`,
    jitterMs > 0 ? `delay ${latencyMs}ms ${jitterMs}ms` : `delay ${latencyMs}ms`,
    ...(lossPercent > 0 ? [`loss ${lossPercent}%`] : []),
    `rate ${rate ?? AS_FAST_AS_CAN_BE}bit ${PACKET_OVERHEAD}`,
  ];
  return ['wan', 'lan'].map((link) => `tc qdisc replace dev ${link} root netem ${settings.join(' ')}`).join('\n');
}

/** netem counts what waits for the line and what is on its way together. */
function waitingPackets(rate: number, delayMs: number): number {
  const waiting = Math.max((rate / 8) * WAITING_S, WAITING_BYTES);
  return Math.ceil((waiting + (rate / 8) * (delayMs / 1000)) / FULL_PACKET_BYTES);
}
