/**
 * Measures the STUN codec in datagrams per second, and fuzzes it: every mutated datagram decodes or gives a typed error.
 * Usage: node bench/codec.ts [INPUTS=5000000] [SEED=1]
 */
import { decode } from '../src/stun/decode.ts';
import { encode } from '../src/stun/encode.ts';
import { createDice, mutate, readCorpus } from '../test/stun/corpus.ts';
import { quantile } from './statistics/quantile.ts';

const [inputs = 5_000_000, seed = 1] = process.argv.slice(2).map(Number);
const corpus = [...readCorpus('coturn-4.6.1'), ...readCorpus('channel-data')];
const ROUNDS = 7;
const PER_ROUND = 200_000;

/** Returns the median of the operations per second over rounds of equal work. */
function measure(work: (index: number) => void): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    for (let index = 0; index < PER_ROUND; index++) work(index);
    return (PER_ROUND / (performance.now() - startedAt)) * 1000;
  });
  return quantile(rates, 0.5);
}

const valid = corpus.filter((bytes) => decode(bytes).ok);
const messages = valid.map((bytes) => {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return decoded.message;
});
const bare = Uint8Array.from(Buffer.from('000100002112a442000102030405060708090a0b', 'hex'));
const rows = {
  'decode a bare Binding request': measure(() => decode(bare)),
  'decode the recorded datagrams': measure((index) => decode(valid[index % valid.length] ?? bare)),
  'encode the recorded datagrams': measure((index) => {
    const message = messages[index % messages.length];
    if (message) encode(message);
  }),
};
console.table(
  Object.fromEntries(Object.entries(rows).map(([name, rate]) => [name, { 'per second': Math.round(rate) }])),
);

const dice = createDice(seed);
const outcomes = new Map<string, number>();
for (let run = 0; run < inputs; run++) {
  const input = mutate(corpus[dice(corpus.length)] ?? bare, dice);
  const decoded = decode(input);
  const outcome = decoded.ok ? 'decoded' : decoded.error.code;
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
}
console.table(Object.fromEntries([...outcomes].map(([outcome, count]) => [outcome, { inputs: count }])));
