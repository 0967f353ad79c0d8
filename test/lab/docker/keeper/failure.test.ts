import { expect, it } from 'vitest';
import { NonconformingError } from '../../../../lab/docker/conformance/nonconforming-error.ts';
import { failureOf } from '../../../../lab/docker/keeper/failure.ts';
import { UsageError } from '../../../../src/errors.ts';

it.each([
  ['usage', new UsageError('wrong')],
  ['unavailable', new Error('no container engine')],
  ['nonconforming', new NonconformingError({ mismatches: ['a'], rules: '', conntrack: '' })],
] as const)('%s is told by its message', (kind, error) => {
  expect(failureOf(error)).toEqual({ kind, message: error.message });
});

it('a mistake in the code is a bug, told with its stack', () => {
  const error = new TypeError('boom');
  expect(failureOf(error)).toEqual({ kind: 'bug', message: error.stack });
});
