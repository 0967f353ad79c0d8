/** Faults and the quality of links. */
import type { Fault, FaultAction, LinkQuality } from '../lab-file.ts';
import type { Path } from '../path.ts';
import type { FaultInput, LinkInput } from '../shape/faults.ts';
import { type Cast, missing } from './place.ts';
import { mark, type Reading } from './reading.ts';
import { whenOf } from './when.ts';

/** Returns the faults in the order of the file. */
export function faultsOf(reading: Reading, faults: readonly FaultInput[] | undefined, cast: Cast): readonly Fault[] {
  return (faults ?? []).flatMap((input, index) => {
    const path = ['faults', index];
    mark(reading, `faults[${index}]`, path);
    const when = whenOf(reading, input.after, { cast, path: [...path, 'after'] });
    const what = actionOf(reading, input, { cast, path });
    return what === null ? [] : [{ when, what }];
  });
}

interface At {
  readonly cast: Cast;
  readonly path: Path;
}

const SIDE_ACTIONS = ['forget', 'renumber', 'reboot', 'cut', 'restore'] as const;
const HELPER_ACTIONS = ['kill', 'start'] as const;

/** The one action of the fault; null, and a report, if it has none. */
function actionOf({ report }: Reading, input: FaultInput, { cast, path }: At): FaultAction | null {
  const given = (['loss', ...SIDE_ACTIONS, ...HELPER_ACTIONS] as const).filter((key) => input[key] !== undefined);
  const [key, second] = given;
  if (!key) {
    report(path, `a fault is one of loss, ${[...SIDE_ACTIONS, ...HELPER_ACTIONS].join(', ')}`);
    return null;
  }
  if (second) report([...path, second], `${key} and ${second} are two faults: write one entry for each`, 'key');
  if (key === 'loss') return lossOf(report, input, { cast, path });
  if (input.side !== undefined)
    report([...path, 'side'], `side belongs to loss: ${key} names whom it is for itself`, 'key');
  const name = input[key] ?? '';
  const isHelper = key === 'kill' || key === 'start';
  const message = missing(name, isHelper ? cast.helpers : cast.sides, isHelper ? 'helper' : 'side');
  if (message) report([...path, key], message);
  if (key === 'kill' || key === 'start') return { kind: key, helper: name };
  return { kind: key, side: input[key] ?? 'a' };
}

/** Every second datagram; what loses all is a cut. */
const MAX_LOSS_PERCENT = 50;

function lossOf(report: Reading['report'], { loss = 0, side }: FaultInput, { cast, path }: At): FaultAction {
  const message = side === undefined ? 'loss needs side: whose packets are lost' : missing(side, cast.sides, 'side');
  if (loss > MAX_LOSS_PERCENT) {
    report([...path, 'loss'], 'a router loses every n-th datagram, at most every second: write 50% at most, or cut');
  }
  if (message) report(side === undefined ? path : [...path, 'side'], message);
  return { kind: 'loss', side: side ?? 'a', percent: loss };
}

/** Returns what links do to packets; null if nothing is said of it. */
export function linkOf(reading: Reading, link: LinkInput | undefined): LinkQuality | null {
  if (!link) return null;
  mark(reading, 'link', ['link']);
  const { latency = 0, jitter = 0, rate = null, loss = 0 } = link;
  if (jitter > latency)
    reading.report(['link', 'jitter'], 'no packet can come before it was sent: jitter is at most latency');
  return { latencyMs: latency, jitterMs: jitter, rate, lossPercent: loss };
}
