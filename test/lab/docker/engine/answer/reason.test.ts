import { expect, it } from 'vitest';
import { engineReason } from '../../../../../lab/docker/engine/answer/reason.ts';

const LAYERS =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

it.each([
  [`(HTTP code 400) unexpected - ${LAYERS}exec: "x": not found: unknown `, 'exec: "x": not found'],
  ['(HTTP code 404) no such container - No such image: a/b:1 ', 'No such image: a/b:1'],
  ['connect ENOENT /run/docker.sock', 'connect ENOENT /run/docker.sock'],
  ['bad\u001b[2Jname', 'bad\\u001b[2Jname'],
  ['x'.repeat(1000), `${'x'.repeat(400)}…`],
])('of %j it tells the last layer', (message, reason) => {
  expect(engineReason(new Error(message))).toBe(reason);
});

it('takes the answer of the engine itself where there is one', () => {
  expect(engineReason(Object.assign(new Error('HTTP'), { json: { message: 'No such image: a' } }))).toBe(
    'No such image: a',
  );
});
