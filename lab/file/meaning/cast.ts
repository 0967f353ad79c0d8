/** Everybody who takes part: setup, helpers and sides, each with its program. */
import type { FurtherSide, Helper, ProgramSpec, Side, SideName } from '../lab-file.ts';
import type { Path } from '../path.ts';
import type { FileInput } from '../shape/file.ts';
import { FURTHER_SIDES, PAIR_SIDES } from '../shape/side-name.ts';
import { HELPER_NAME, type HelperInput } from '../shape/sides.ts';
import type { Template } from '../template.ts';
import { accessOf } from './access.ts';
import { type Layer, layerWith, type ProgramKey } from './layer.ts';
import { type Cast, checkedTemplate, type Speaker } from './place.ts';
import { programOf } from './program.ts';
import { mark, type Reading } from './reading.ts';

/** Addresses that a lab has for helpers. */
const HELPERS_MAX = 8;

/** What places in texts begin with. */
const TAKEN = ['server', 'own', 'peer', 'public', 'pair', 'shared', 'setup'];

/** Who is named in the file. */
export function castOf({ sides, public: programs = {} }: FileInput): Cast {
  return {
    sides: [...PAIR_SIDES, ...FURTHER_SIDES.filter((letter) => sides[letter])],
    helpers: Object.keys(programs).filter((name) => name !== 'server'),
  };
}

/** Returns the sides in the order of their letters. */
export function sidesOf(reading: Reading, { sides }: FileInput, cast: Cast): readonly [Side, Side, ...FurtherSide[]] {
  const { a, b, c, d, e, f, g, h, ...shared } = sides;
  const path = ['sides'];
  const sideOf = (name: SideName): Side => {
    const input = sides[name];
    const layers = [{ input: shared, path }, ...(input ? [{ input, path: [...path, name] }] : [])];
    return { name, ...castProgram(reading, layers, { cast, speaker: name, where: `sides.${name}` }) };
  };
  const further = FURTHER_SIDES.flatMap((name): readonly FurtherSide[] => {
    const input = sides[name];
    if (!input) return [];
    const at = [...path, name, 'nat'];
    mark(reading, `sides.${name}.access`, at);
    return [{ ...sideOf(name), access: accessOf(reading, input.nat, at) }];
  });
  return [sideOf('a'), sideOf('b'), ...further];
}

/** Returns the helpers in the order of the file. */
export function helpersOf(reading: Reading, { public: programs = {} }: FileInput, cast: Cast): readonly Helper[] {
  const entries = Object.entries(programs).filter((entry): entry is [string, HelperInput] => entry[0] !== 'server');
  if (entries.length > HELPERS_MAX) reading.report(['public'], `a lab has ${HELPERS_MAX} helpers at most`);
  return entries.map(([name, input]) => {
    const path = ['public', name];
    checkName(reading, name, path);
    const where = `helpers.${name}`;
    const program = castProgram(reading, [{ input, path }], { cast, speaker: 'helper', where });
    return { name, ...program, ready: readyOf(reading, input, path), restarts: input.restart ?? false };
  });
}

function checkName({ report }: Reading, name: string, path: Path): void {
  if (TAKEN.includes(name))
    report(path, `no helper can have the name ${name}, which means something else in {{…}}`, 'key');
  else if (!HELPER_NAME.test(name)) {
    report(path, 'a name has 2 to 32 small letters, digits and hyphens, and begins with a letter', 'key');
  }
}

function readyOf({ report }: Reading, { ready }: HelperInput, path: Path): Helper['ready'] {
  if (!ready) return null;
  const { line, port } = ready;
  if ((line === undefined) === (port === undefined)) report([...path, 'ready'], 'this takes either line or port');
  if (line) return { kind: 'line', pattern: line };
  return port === undefined ? null : { kind: 'port', port };
}

/** Returns what runs once; null if nothing does. */
export function setupOf(reading: Reading, { setup }: FileInput, cast: Cast): ProgramSpec | null {
  if (!setup) return null;
  return castProgram(reading, [{ input: setup, path: ['setup'] }], { cast, speaker: 'setup', where: 'setup' });
}

interface Part {
  readonly cast: Cast;
  readonly speaker: Speaker;
  readonly where: string;
}

/** A program whose texts name only who is there. */
function castProgram(reading: Reading, layers: readonly Layer[], { cast, speaker, where }: Part): ProgramSpec {
  const program = programOf(reading, layers, where);
  const { report } = reading;
  const checked = (text: Template, path: Path): Template => checkedTemplate(text, { cast, speaker, path, report });
  const { command } = program;
  return {
    ...program,
    env: Object.fromEntries(
      Object.entries(program.env).map(([name, text]) => [name, checked(text, pathOf(layers, 'env', name))]),
    ),
    before: program.before.map((text, index) => checked(text, pathOf(layers, 'before', index))),
    command:
      command?.kind === 'argv'
        ? { kind: 'argv', argv: command.argv.map((text, index) => checked(text, pathOf(layers, 'command', index))) }
        : command && { kind: 'shell', script: checked(command.script, pathOf(layers, 'command')) },
  };
}

/** Where an entry of a key comes from: the last layer that has it. */
function pathOf(layers: readonly Layer[], key: ProgramKey, ...rest: Path): Path {
  const [name] = rest;
  const layer =
    key === 'env'
      ? layers.findLast(({ input }) => Object.hasOwn(input.env ?? {}, String(name)))
      : layerWith(layers, key);
  return [...(layer?.path ?? []), key, ...rest];
}
