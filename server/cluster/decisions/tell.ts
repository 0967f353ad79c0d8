/** Says something to another node; the count of what was said is part of it (link.ts). */
import { secretOf } from '../../secret.ts';
import type { Link, State } from './state.ts';
import { type Saying, writeWire } from './wire.ts';

const EPOCH_BYTES = 6;

export function tell(state: State, node: string, s: Saying): void {
  const link = linkTo(state, node);
  const text = writeWire({ e: link.epoch, to: link.theirs?.epoch ?? null, n: link.sent++, s });
  state.outputs.push({ kind: 'tell', node, text });
}

export function linkTo(state: State, node: string): Link {
  const link = state.links.get(node) ?? freshLink(state);
  state.links.set(node, link);
  return link;
}

export function freshLink({ randomBytes }: State): Link {
  return { epoch: secretOf(randomBytes(EPOCH_BYTES)), former: null, since: 0, sent: 0, theirs: null };
}
