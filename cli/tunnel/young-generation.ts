/**
 * Keeps V8's young generation small in the commands that carry a peer's bytes. Each message is a buffer outside of the heap, which
 * is given back when the young generation is collected. That grows while the modules are loaded, is collected seldom after that,
 * and V8 then collects the whole heap instead, once for every 9 MB carried: half of the time that such a command computes.
 */
import { setFlagsFromString } from 'node:v8';

const CARRYING_COMMANDS = ['pipe', 'expose', 'forward'];

if (CARRYING_COMMANDS.includes(process.argv[2] ?? '')) setFlagsFromString('--semi-space-growth-factor=1');
