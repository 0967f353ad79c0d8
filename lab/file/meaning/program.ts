/** Programs: what holds for all sides and what one of them overrides, made into one. */
import type { Command, ImageSource, ProgramSpec } from '../lab-file.ts';
import type { Path } from '../path.ts';
import type { Template } from '../template.ts';
import { filesOf, sourceOf } from './host-path.ts';
import { type Layer, layerWith } from './layer.ts';
import { mark, type Reading } from './reading.ts';

/**
 * Makes one program of layers, of which a later one goes before the earlier ones, key by key; files and env entry by entry.
 * @param where the program's own path in the LabFile, such as `sides.a`
 */
export function programOf(reading: Reading, layers: readonly Layer[], where: string): ProgramSpec {
  const { source, sourceLayer } = sourceIn(reading, layers);
  const last = layers.at(-1);
  if (last) mark(reading, where, last.path);
  for (const key of ['files', 'devices', 'before', 'command'] as const) {
    const layer = layerWith(layers, key);
    if (layer) mark(reading, `${where}.${key}`, [...layer.path, key]);
  }
  if (sourceLayer) mark(reading, `${where}.source`, [...sourceLayer.layer.path, sourceLayer.key]);
  const command = commandOf(reading, layers);
  if (command === null && source.kind === 'lab' && last) {
    reading.report(
      last.path,
      "a command is needed: the lab's own image, with packages or without, has none of its own",
    );
  }
  return {
    source,
    files: Object.assign({}, ...layers.map((layer) => filesOf(reading, layer))),
    env: Object.assign({}, ...layers.map((layer) => envOf(reading, layer))),
    before: layerWith(layers, 'before')?.input.before ?? [],
    command,
    devices: layerWith(layers, 'devices')?.input.devices ?? [],
    capabilities: layerWith(layers, 'capabilities')?.input.capabilities ?? [],
  };
}

const SOURCE_KEYS = ['packages', 'image', 'build'] as const;

interface SourceLayer {
  readonly layer: Layer;
  readonly key: (typeof SOURCE_KEYS)[number];
}

/** The three keys stand for one thing: a layer that has one of them leaves nothing of an earlier one's. */
function sourceIn(
  reading: Reading,
  layers: readonly Layer[],
): { readonly source: ImageSource; readonly sourceLayer: SourceLayer | null } {
  for (const layer of layers.toReversed()) {
    const [key, other] = SOURCE_KEYS.filter((one) => layer.input[one] !== undefined);
    if (!key) continue;
    if (other) reading.report([...layer.path, other], `${key} and ${other} exclude each other`, 'key');
    return { source: sourceOf(reading, layer, key), sourceLayer: { layer, key } };
  }
  return { source: { kind: 'lab', packages: [] }, sourceLayer: null };
}

function envOf(reading: Reading, { input, path }: Layer): Record<string, Template> {
  const entries = Object.entries(input.env ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, asWritten(reading, value, [...path, 'env', name])] as const),
  );
}

function commandOf(reading: Reading, layers: readonly Layer[]): Command | null {
  const layer = layerWith(layers, 'command');
  const command = layer?.input.command;
  if (!layer || !command) return null;
  const path = [...layer.path, 'command'];
  if (command.kind === 'argv') {
    return { kind: 'argv', argv: command.argv.map((item, index) => asWritten(reading, item, [...path, index])) };
  }
  if (command.script.every((part) => typeof part === 'string' && part.trim() === '')) {
    reading.report(path, 'this command is empty');
  }
  return command;
}

/** What YAML takes for a number or a truth value is the text that is written there: `1.10` stays `1.10`. */
function asWritten({ source }: Reading, value: Template | number | boolean, path: Path): Template {
  return typeof value === 'object' ? value : [source.textAt(path) ?? String(value)];
}
