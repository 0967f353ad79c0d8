/** What a fault does, in words. */
import type { Fault, FaultAction } from '../../file/lab-file.ts';
import { everyNth } from './every-nth.ts';

export function faultWords(what: FaultAction): string {
  switch (what.kind) {
    case 'loss':
      return lossWords(everyNth(what.percent), what.side);
    case 'forget':
      return `${what.side}'s router forgets all mappings`;
    case 'renumber':
      return `${what.side}'s router gets another public address, and forgets all mappings`;
    case 'reboot':
      return `${what.side}'s router reboots`;
    case 'cut':
      return `${what.side}'s link is cut`;
    case 'restore':
      return `${what.side}'s link works again`;
    case 'kill':
      return `${what.helper} is killed`;
    case 'start':
      return `${what.helper} is started again`;
  }
}

/** What did not come of a fault that did not happen. */
export function missingWords({ when, what }: Fault): string {
  const why = when.kind === 'time' ? 'the try ended before' : `${when.of} did not print ${when.pattern} in time`;
  return `${faultWords(what)}: ${why}`;
}

function lossWords(n: number, side: string): string {
  return n === 0 ? `no more datagrams of ${side} are lost` : `one in ${n} UDP datagrams of ${side} is lost, each way`;
}
