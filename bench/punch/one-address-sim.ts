/** Prints what bench/punch/one-address.ts measures. Usage: node bench/punch/one-address-sim.ts [RUNS] */
import { measure, PAIRS, SERVERS } from './one-address.ts';

const runs = Number(process.argv[2] ?? 100);
console.log('| pair | server | direct | median | techniques |');
console.log('| ---- | ------ | ------ | ------ | ---------- |');
for (const pair of PAIRS) {
  for (const [name, asked] of Object.entries(SERVERS)) {
    const { direct, medianMs, techniques } = measure(pair, asked, runs);
    const names = pair.map((one) => one.name).join(' × ');
    console.log(`| ${names} | ${name} | ${direct} of ${runs} | ${medianMs ?? '–'} ms | ${techniques.join(', ')} |`);
  }
}
