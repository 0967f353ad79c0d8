/** What success is: each condition with its side. */
import type { Condition, SideName, Success, When } from '../lab-file.ts';
import type { Path } from '../path.ts';
import { PAIR_SIDES, SIDE_NAMES } from '../shape/side-name.ts';
import type { SideSuccessInput, SuccessInput } from '../shape/success.ts';
import type { WhenInput } from '../shape/when.ts';
import type { Template } from '../template.ts';
import { type Cast, checkedTemplate, missing } from './place.ts';
import { mark, type Reading } from './reading.ts';
import { whenOf } from './when.ts';

const WITHIN_MS = 30_000;
/** RFC 6349 and others measure with more; here it is only to be seen by whom it passes. */
const AMOUNT = 100_000;

interface Placed {
  readonly condition: Condition;
  readonly path: Path;
}

/** Returns the conditions in the order of the kinds, with what is asked of both sides first. */
export function successOf(reading: Reading, input: SuccessInput, cast: Cast): Success {
  const path = ['success'];
  const placed = [
    ...PAIR_SIDES.flatMap((side) => sideConditions(side, input, path)),
    ...SIDE_NAMES.flatMap((side) => furtherConditions(reading, side, { input: input[side], cast })),
    ...portConditions(reading, input, cast),
    ...bytesConditions(reading, input, cast),
  ];
  for (const [index, one] of placed.entries()) mark(reading, `success.conditions[${index}]`, one.path);
  const [first, ...others] = placed.map(({ condition }) => condition);
  if (!first) {
    reading.report(path, 'at least one condition is needed: exit, line, json, port or bytes');
    return { withinMs: WITHIN_MS, conditions: [{ kind: 'exit', side: 'a', code: 0 }] };
  }
  return { withinMs: input.within ?? WITHIN_MS, conditions: [first, ...others] };
}

function sideConditions(side: SideName, { exit, line, json }: SideSuccessInput, path: Path): readonly Placed[] {
  return [
    ...(exit === undefined
      ? []
      : [{ condition: { kind: 'exit', side, code: exit }, path: [...path, 'exit'] } as const]),
    ...listed(line, [...path, 'line']).map(
      ([pattern, at]) => ({ condition: { kind: 'line', side, pattern }, path: at }) as const,
    ),
    ...listed(json, [...path, 'json']).map(
      ([{ path: inLine, equals }, at]) =>
        ({ condition: { kind: 'json', side, path: inLine, equals }, path: at }) as const,
    ),
  ];
}

function furtherConditions(
  { report }: Reading,
  side: SideName,
  { input, cast }: { readonly input: SideSuccessInput | undefined; readonly cast: Cast },
): readonly Placed[] {
  if (!input) return [];
  const path = ['success', side];
  const message = missing(side, cast.sides, 'side');
  if (message) report(path, message, 'key');
  return sideConditions(side, input, path);
}

/** Each of one or several, with its path. */
function listed<T>(value: T | readonly T[] | undefined, path: Path): readonly (readonly [T, Path])[] {
  if (value === undefined) return [];
  if (!isList(value)) return [[value, path]];
  return value.map((one, index) => [one, [...path, index]]);
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function portConditions(reading: Reading, input: SuccessInput, cast: Cast): readonly Placed[] {
  return listed(input.port, ['success', 'port']).map(([{ from = 'a', to }, path]) => {
    const address = addressFor(reading, to.address, { cast, from, path, key: 'to' });
    return { condition: { kind: 'port', from, address, port: to.port }, path };
  });
}

function bytesConditions(reading: Reading, input: SuccessInput, cast: Cast): readonly Placed[] {
  return listed(input.bytes, ['success', 'bytes']).map(([{ from = 'a', to = 'b', address, amount, after }, path]) => {
    const message = from === to ? 'bytes go from one side to another' : missing(to, cast.sides, 'side');
    if (message) reading.report([...path, 'to'], message);
    return {
      condition: {
        ...{ kind: 'bytes', from, to },
        address: addressFor(reading, address, { cast, from, path, key: 'address' }),
        amount: amount ?? AMOUNT,
        after: after === undefined ? null : momentOf(reading, after, { input, cast, path: [...path, 'after'] }),
      },
      path,
    };
  });
}

/** Reports one that comes when all is over. */
function momentOf(
  reading: Reading,
  after: WhenInput,
  { input, cast, path }: { readonly input: SuccessInput; readonly cast: Cast; readonly path: Path },
): When {
  const when = whenOf(reading, after, { cast, path });
  const { within = WITHIN_MS } = input;
  if (when.afterMs >= within) {
    reading.report(path, `bytes would never be sent: all of it has to be done within ${within / 1000} s`);
  }
  return when;
}

/** An address whose places are seen from the side that sends to it. */
function addressFor(
  { report }: Reading,
  address: Template,
  {
    cast,
    from,
    path,
    key,
  }: { readonly cast: Cast; readonly from: SideName; readonly path: Path; readonly key: string },
): Template {
  const message = missing(from, cast.sides, 'side');
  if (message) report([...path, 'from'], message);
  return checkedTemplate(address, { cast, speaker: from, path: [...path, key], report });
}
