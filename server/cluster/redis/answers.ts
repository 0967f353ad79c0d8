/** What a node asks of Redis, as scripts, and what these answer. */
import type { ClusterInput, ClusterOutput } from '../decisions/input-output.ts';
import type { RedisConnection } from './connection.ts';

export const channelOf = (node: string): string => `natcheck:to:${node}`;

type Asked = Exclude<ClusterOutput, { readonly kind: 'send' | 'ping' | 'close' | 'turn-user' }>;

/** Does what the node wants of Redis, and gives what comes of it, if anything does. @throws when Redis refuses it, or is lost. */
export async function askRedis(
  { run, publish }: Pick<RedisConnection, 'run' | 'publish'>,
  node: string,
  { asked, sentAt }: { readonly asked: Asked; readonly sentAt: number },
): Promise<ClusterInput | null> {
  switch (asked.kind) {
    case 'tell':
      publish(channelOf(asked.node), `${node} ${asked.text}`);
      return null;
    case 'beat': {
      const { watch, offer, isNews } = asked;
      const [term = '', ...told] = await run('beat', [node, offer, isNews ? '1' : '0', ...watch]);
      const gone = watch.filter((_, index) => told[index] === '0');
      return { kind: 'beaten', sentAt, term, gone, offers: offersOf(told.slice(watch.length)) };
    }
    case 'claim': {
      const { room, claim } = asked;
      const [home, ...ids] = await run('claim', [node, room]);
      return { kind: 'claimed', room, claim, home: home || null, ids: pairsOf(ids) };
    }
    case 'renew': {
      const told = await run('renew', [node, ...asked.rooms]);
      const those = (what: string): readonly string[] => asked.rooms.filter((_, index) => told[index] === what);
      return { kind: 'renewed', restored: those('1'), lost: those('2') };
    }
    case 'release':
      await run('release', [node, asked.room]);
      return null;
    case 'keep':
      await run('keep', [node, asked.room, asked.id, asked.digest ?? '']);
      return null;
    case 'leave':
      await run('leave', [node, ...asked.rooms]);
      return null;
  }
}

function offersOf(flat: readonly string[]): { readonly node: string; readonly ttlMs: number; readonly text: string }[] {
  return Array.from({ length: Math.floor(flat.length / 3) }, (_, index) => {
    const [node = '', ttlMs = '0', text = ''] = flat.slice(3 * index);
    return { node, ttlMs: Number(ttlMs), text };
  });
}

function pairsOf(flat: readonly string[]): { readonly id: string; readonly digest: string }[] {
  return Array.from({ length: flat.length >> 1 }, (_, index) => ({
    id: flat[2 * index] ?? '',
    digest: flat[2 * index + 1] ?? '',
  }));
}

/** What has come on the channel of this node: who has said it, and what. */
export function heardOf(text: string): Extract<ClusterInput, { readonly kind: 'heard' }> | null {
  const [, from, said] = /^([0-9a-f]{8}) (.*)$/s.exec(text) ?? [];
  return from === undefined || said === undefined ? null : { kind: 'heard', from, text: said };
}
