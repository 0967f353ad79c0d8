/**
 * What is done in Redis in one step. All keys begin with `natcheck:` and the run of that Redis process, so that what an
 * older one has saved is never believed:
 *
 *   term              when the first node came, in ms: what is known is as old as that
 *   node:NODE         there as long as the node is; its value is what it offers to others
 *   offering          a sorted set of the nodes that offer something, all of one score and so by their names
 *   room:ROOM         the home of the room
 *   ids:ROOM          a hash of the ids in it, and the digests of their resume keys; and of its relay
 *
 * Nodes are named in scripts by the values of other keys, so they need one Redis, with replicas or without, and no
 * sharded cluster of them.
 */
import { LEASE_MS, QUARANTINE_MS, RELAYS_MAX, ROOM_TTL_MS } from '../decisions/limits.ts';

/** Where nodes say that they offer something else than before. */
export const NEWS_CHANNEL = 'natcheck:news';
const TERM_TTL_MS = ROOM_TTL_MS;
const NOW = `local time = redis.call('TIME'); local now = time[1] * 1000 + math.floor(time[2] / 1000);`;

/** Every script has the prefix of its keys as its first key, and the node that runs it as its first argument. */
export const SCRIPTS = {
  /**
   * ARGV: node, what it offers, whether all are to be told at once, the nodes to look for. Gives the term, whether each of
   * these is there, and of those that offer something the name, how long it is there at most, and what it offers.
   */
  beat: `
    ${NOW}
    redis.call('SET', KEYS[1] .. 'node:' .. ARGV[1], ARGV[2], 'PX', ${LEASE_MS})
    redis.call('SET', KEYS[1] .. 'term', now, 'PX', ${TERM_TTL_MS}, 'NX')
    redis.call('PEXPIRE', KEYS[1] .. 'term', ${TERM_TTL_MS})
    local told = { redis.call('GET', KEYS[1] .. 'term') }
    for at = 4, #ARGV do told[#told + 1] = tostring(redis.call('EXISTS', KEYS[1] .. 'node:' .. ARGV[at])) end
    local offering = KEYS[1] .. 'offering'
    if ARGV[2] == '' then redis.call('ZREM', offering, ARGV[1]) else redis.call('ZADD', offering, 0, ARGV[1]) end
    redis.call('PEXPIRE', offering, ${LEASE_MS})
    if ARGV[3] == '1' then redis.call('PUBLISH', '${NEWS_CHANNEL}', ARGV[1]) end
    for _, node in ipairs(redis.call('ZRANGE', offering, 0, ${RELAYS_MAX - 1})) do
      local ms = redis.call('PTTL', KEYS[1] .. 'node:' .. node)
      if ms < 0 then redis.call('ZREM', offering, node)
      else
        told[#told + 1] = node
        told[#told + 1] = tostring(ms)
        told[#told + 1] = redis.call('GET', KEYS[1] .. 'node:' .. node)
      end
    end
    return told`,
  /** ARGV: node, room. Gives its home, or '' when nobody gets it yet; and where that is this node, ids and digests in turn. */
  claim: `
    local room, ids = KEYS[1] .. 'room:' .. ARGV[2], KEYS[1] .. 'ids:' .. ARGV[2]
    if redis.call('EXISTS', KEYS[1] .. 'node:' .. ARGV[1]) == 0 then return { '' } end
    local home = redis.call('GET', room)
    if home and home ~= ARGV[1] and redis.call('EXISTS', KEYS[1] .. 'node:' .. home) == 1 then return { home } end
    if home ~= ARGV[1] then
      ${NOW}
      local term = redis.call('GET', KEYS[1] .. 'term')
      if not term or now - tonumber(term) < ${QUARANTINE_MS} then return { '' } end
    end
    redis.call('SET', room, ARGV[1], 'PX', ${ROOM_TTL_MS})
    redis.call('PEXPIRE', ids, ${ROOM_TTL_MS})
    local told = { ARGV[1] }
    for _, one in ipairs(redis.call('HGETALL', ids)) do told[#told + 1] = one end
    return told`,
  /** ARGV: node, rooms. Gives for each whether it is still this node's ('0'), was unknown ('1') or is another's ('2'). */
  renew: `
    local told = {}
    for at = 2, #ARGV do
      local room = KEYS[1] .. 'room:' .. ARGV[at]
      local home = redis.call('GET', room)
      if home and home ~= ARGV[1] then told[#told + 1] = '2'
      else
        redis.call('SET', room, ARGV[1], 'PX', ${ROOM_TTL_MS})
        redis.call('PEXPIRE', KEYS[1] .. 'ids:' .. ARGV[at], ${ROOM_TTL_MS})
        told[#told + 1] = home and '0' or '1'
      end
    end
    return told`,
  /** ARGV: node, room. */
  release: `
    if redis.call('GET', KEYS[1] .. 'room:' .. ARGV[2]) == ARGV[1] then
      redis.call('DEL', KEYS[1] .. 'room:' .. ARGV[2], KEYS[1] .. 'ids:' .. ARGV[2])
    end`,
  /** ARGV: node, room, id, digest or '' for nobody's. */
  keep: `
    if redis.call('GET', KEYS[1] .. 'room:' .. ARGV[2]) ~= ARGV[1] then return end
    local ids = KEYS[1] .. 'ids:' .. ARGV[2]
    if ARGV[4] == '' then redis.call('HDEL', ids, ARGV[3]) return end
    redis.call('HSET', ids, ARGV[3], ARGV[4])
    redis.call('PEXPIRE', ids, ${ROOM_TTL_MS})`,
  /** ARGV: node, rooms. What is known of the ids stays for their next homes. */
  leave: `
    redis.call('DEL', KEYS[1] .. 'node:' .. ARGV[1])
    if redis.call('ZREM', KEYS[1] .. 'offering', ARGV[1]) == 1 then redis.call('PUBLISH', '${NEWS_CHANNEL}', ARGV[1]) end
    for at = 2, #ARGV do
      local room = KEYS[1] .. 'room:' .. ARGV[at]
      if redis.call('GET', room) == ARGV[1] then redis.call('DEL', room) end
    end`,
} as const;

export type ScriptName = keyof typeof SCRIPTS;
