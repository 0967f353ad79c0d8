/** What `expose` and `forward` say of what they carry: each refusal once, each connection where that is wanted. */
import type { ForwardEvent } from '../../../src/tunnel/forward/event.ts';
import { type Forward, formatListen, formatTarget, type Target } from '../../../src/tunnel/forward/grammar/target.ts';
import { visible } from '../../../src/visible.ts';

/** How many different notes are kept, so as to say each once. The other side chooses what it asks for. */
const NOTES_MAX = 64;

/** One line for each place that is listened on. */
export function listeningText(forwards: readonly Forward[]): string {
  const lines = forwards.map(
    ({ listen, target }) => `listening on ${formatListen(listen)} for ${formatTarget(target)}`,
  );
  return visibleBlock(lines);
}

export function exposedText(targets: readonly Target[]): string {
  return visibleBlock([`exposing ${targets.map(formatTarget).join(', ')}`]);
}

function visibleBlock(lines: readonly string[]): string {
  return lines.map((line) => `${visible(line)}\n`).join('');
}

/**
 * Creates what turns events into lines; null where there is nothing to say.
 * @param options.isVerbose whether each connection has its lines.
 */
export function createNotes({ isVerbose }: { readonly isVerbose: boolean }): (event: ForwardEvent) => string | null {
  const told = new Set<string>();
  const once = (note: string): string | null => {
    if (told.has(note) || told.size >= NOTES_MAX) return null;
    told.add(note);
    return note;
  };
  return (event) => {
    switch (event.kind) {
      case 'stream-refused':
        return once(`${event.target}: ${event.reason}`);
      case 'datagram-too-large':
        return once(
          `${event.target}: a datagram of ${event.bytes} bytes was dropped, since the path takes ${event.maxBytes}: have its program send smaller ones`,
        );
      case 'stream-opened':
        return isVerbose ? openedText(event) : null;
      case 'stream-closed':
        return isVerbose ? closedText(event) : null;
    }
  };
}

type Opened = Extract<ForwardEvent, { readonly kind: 'stream-opened' }>;
type Closed = Extract<ForwardEvent, { readonly kind: 'stream-closed' }>;

function openedText({ stream, target, client }: Opened): string {
  return `#${stream} ${client === null ? '' : `${client} `}to ${target}: open`;
}

function closedText({ stream, target, how, traffic }: Closed): string {
  const { bytesToTarget, bytesFromTarget, tooLarge } = traffic;
  const dropped = tooLarge === 0 ? '' : `, ${tooLarge} datagrams too large`;
  return `#${stream} to ${target}: ${HOW[how]}, ${bytesToTarget} bytes there, ${bytesFromTarget} back${dropped}`;
}

const HOW = {
  ended: 'ended',
  reset: 'reset',
  lost: 'ended with the connection to the other side',
} as const satisfies Record<Closed['how'], string>;
