/** Codes that somebody mistypes or makes up, and sealed signals that somebody without the code does. */
import type { Random } from '../../../lab/sim/network/random.ts';
import { ALPHABET, checkOf } from '../../../src/tunnel/code/check.ts';
import { createCode, formatCode } from '../../../src/tunnel/code/code.ts';
import { keysOf } from '../../../src/tunnel/code/keys.ts';
import { CODE_MAX_CHARACTERS, parseCode } from '../../../src/tunnel/code/parse.ts';
import { visible } from '../../../src/visible.ts';
import { damagedText } from '../json.ts';
import { hold, type Target } from '../target.ts';
import { address, chance, text } from '../values.ts';

/** Inputs of one run, where no state lasts longer. */
const INPUTS = 50;
const MESSAGE_MAX_CHARACTERS = 160;

export const codeTarget: Target = {
  name: 'codes',
  weight: 5,
  run: (random, feed) => {
    for (let count = 0; count < INPUTS; count++) {
      const input = codeLike(random);
      feed(() => {
        const read = parseCode(input);
        if (!read.ok) {
          const { message } = read;
          hold(message.length <= MESSAGE_MAX_CHARACTERS && message === visible(message), `unfit to print: ${message}`);
          return;
        }
        hold(/^[2-9a-hjkmnp-z]{21}$/.test(read.code.secret), 'a secret of other characters');
        hold(input.length <= CODE_MAX_CHARACTERS, 'longer than a code');
        const again = parseCode(formatCode(read.code));
        hold(JSON.stringify(again) === JSON.stringify(read), 'another code when it is written again');
      });
    }
  },
};

function codeLike(random: Random): string {
  const server = chance(random, 0.5) ? null : chance(random, 0.5) ? 'stun.example.org' : address(random);
  const named = server?.startsWith('::ffff') ? null : server;
  const code = formatCode(createCode({ server: named, once: chance(random, 0.5), randomBytes: random.bytes }));
  const kind = random.next();
  if (kind < 0.05) return code;
  if (kind < 0.6) return damagedText(random, code);
  if (kind < 0.7) return text(random, 2 * CODE_MAX_CHARACTERS);
  if (kind < 0.8) return Buffer.from(random.bytes(random.integer(80))).toString('latin1');
  // The check is right, and the rest is anything.
  const characters = Array.from({ length: random.integer(60) }, () => ALPHABET[random.integer(31)]).join('');
  const end = chance(random, 0.5) ? '' : text(random, 300).toLowerCase();
  const checked = characters + checkOf({ characters, server: end });
  return end === '' ? checked : `${checked}@${end}`;
}

export const sealTarget: Target = {
  name: 'sealed signals',
  weight: 2,
  run: (random, feed) => {
    const { seal } = keysOf('3k7wm9fhxqt2vbrc8n4pz');
    const whole = seal.seal(text(random, 2_000), 'key a b');
    for (let count = 0; count < INPUTS; count++) {
      const input = chance(random, 0.5)
        ? damagedText(random, whole)
        : Buffer.from(random.bytes(random.integer(100))).toString('base64url');
      const isWhole = Buffer.from(input, 'base64url').equals(Buffer.from(whole, 'base64url'));
      feed(() => hold(isWhole || seal.open(input, 'key a b') === null, 'a signal that nobody has sealed'));
    }
  },
};
