/** What is told of one try of a pair beside its result: what was expected, what the routers saw, what was done to it. */
import type { PathSeen, Ways } from '../../witness/path-seen.ts';
import { bytesWords, intervalWords, timeWords } from '../amounts.ts';
import type { Fact } from '../grid.ts';
import type { RunCell, Try } from '../run-result.ts';
import { wilsonInterval } from './wilson.ts';
import { expectedWords, rateOf } from './words.ts';

export function cellFacts({ expected, tries }: RunCell): readonly Fact[] {
  return [
    { name: 'expected', value: expectedWords(expected) },
    ...(tries.length === 1 ? [] : [{ name: 'success', value: rateWords(tries) }]),
  ];
}

/** Such as `9 of 10, 59–99 % with 95 % confidence, median 120 ms`. */
function rateWords(tries: readonly Try[]): string {
  const { successes, medianMs } = rateOf(tries);
  const interval = intervalWords(wilsonInterval(successes, tries.length));
  const median = medianMs === null ? '' : `, median ${timeWords(medianMs)}`;
  return `${successes} of ${tries.length}, ${interval} with 95 % confidence${median}`;
}

export function tryFacts(one: Try): readonly Fact[] {
  return [
    ...(one.reason === null ? [] : [{ name: 'reason', value: one.reason }]),
    ...(one.path === null ? [] : pathFacts(one.path)),
    ...one.faults.map(({ atMs, what }) => ({
      name: 'fault',
      value: atMs === null ? `did not happen: ${what}` : `${what}, after ${timeWords(atMs)}`,
    })),
  ];
}

function pathFacts(path: PathSeen): readonly Fact[] {
  const { kind, carriedPayload, changes, bytes, evidence } = path;
  const keepalives = kind === 'none' || carriedPayload ? '' : ', keepalives only';
  const switches = changes.map((change) => `${change.kind} after ${timeWords(change.atMs)}`);
  const amounts = [...waysWords('direct', bytes.direct), ...waysWords('relayed', bytes.relayed)];
  return [
    { name: 'path', value: `${pathWords(path)}${keepalives}` },
    ...(switches.length === 0 ? [] : [{ name: 'changes', value: switches.join(', ') }]),
    ...(amounts.length === 0 ? [] : [{ name: 'bytes', value: amounts.join('; ') }]),
    { name: 'evidence', value: evidence },
  ];
}

function pathWords({ kind, via }: PathSeen): string {
  return kind === 'relayed' && via.length > 0 ? `relayed by ${via.join(', ')}` : kind;
}

function waysWords(kind: string, { fromA, fromB }: Ways): readonly string[] {
  return fromA + fromB === 0 ? [] : [`${kind} ${bytesWords(fromA)} from a, ${bytesWords(fromB)} from b`];
}

/** What programs read of a cell. */
export function propertiesOf({ expected, tries }: RunCell): readonly Fact[] {
  const [{ path }] = tries;
  return [
    { name: 'expected', value: expected.outcome },
    ...(path === null ? [] : [{ name: 'path', value: path.kind }]),
    ...(path === null || path.via.length === 0 ? [] : [{ name: 'via', value: path.via.join(', ') }]),
    ...(tries.length === 1 ? [] : rateProperties(tries)),
  ];
}

function rateProperties(tries: readonly Try[]): readonly Fact[] {
  const { successes } = rateOf(tries);
  const { from, to } = wilsonInterval(successes, tries.length);
  return [
    { name: 'tries', value: `${tries.length}` },
    { name: 'successes', value: `${successes}` },
    { name: 'success-rate', value: (successes / tries.length).toFixed(3) },
    { name: 'success-rate-95', value: `${from.toFixed(3)} to ${to.toFixed(3)}` },
  ];
}
