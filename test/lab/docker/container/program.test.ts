/** A program that runs until it is told to stop, on an engine that runs nothing: it says `out` in place of its pid. */
import { expect, it } from 'vitest';
import { startProgram } from '../../../../lab/docker/container/program.ts';
import { fakeContainer } from './fake-container.ts';

const wordsOf = (ran: readonly (readonly string[])[]): readonly string[] =>
  ran.map((words) => words.slice(-3).join(' '));

it('is killed when it is disposed of', async () => {
  const { ran, container } = fakeContainer({ isEndless: true });
  const program = await startProgram(container, ['ls', '-l']);
  await program[Symbol.asyncDispose]();
  expect(wordsOf(ran)).toEqual(['sh ls -l', 'kill -KILL out']);
});

it('is left alone when it has ended by itself', async () => {
  const { ran, container } = fakeContainer({});
  const program = await startProgram(container, ['ls', '-l']);
  await program.ended;
  await program[Symbol.asyncDispose]();
  expect(wordsOf(ran)).toEqual(['sh ls -l']);
});
