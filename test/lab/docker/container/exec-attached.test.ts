/** A program that a person runs in a container, with an engine that runs nothing. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { execAttached } from '../../../../lab/docker/container/exec-attached.ts';
import { fakeContainer } from './fake-container.ts';

const attached = () => ({ stdout: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal });

it('passes the output on, and resolves with the exit code', async () => {
  const { ran, asked, container } = fakeContainer({ exitCode: 3 });
  const streams = attached();
  expect(await execAttached(container, ['ls'], streams)).toBe(3);
  expect([await text(streams.stdout.end()), await text(streams.stderr.end())]).toEqual(['out\n', 'err\n']);
  expect(ran.map((argv) => argv.slice(-1))).toEqual([['ls']]);
  expect(asked).toMatchObject([{ AttachStdin: false, Tty: false, Env: [] }]);
});

it('passes on what is piped in, to its end', async () => {
  const { asked, container } = fakeContainer({ isEcho: true });
  const streams = attached();
  const stdin = new PassThrough();
  const ended = execAttached(container, ['cat'], { ...streams, stdin, terminal: terminal() });
  stdin.end('typed');
  expect(await ended).toBe(0);
  expect(await text(streams.stdout.end())).toBe('typed');
  expect(asked).toMatchObject([{ AttachStdin: true, Tty: true, Env: ['TERM=vt100'] }]);
});

it('gives the terminal of the program the size of the user’s, whenever that changes', async () => {
  const { sizes, container } = fakeContainer({ isEcho: true });
  const own = terminal();
  const stdin = new PassThrough();
  const ended = execAttached(container, ['vi'], { ...attached(), stdin, terminal: own });
  await vi.waitFor(() => expect(sizes).toEqual([{ w: 80, h: 24 }]));
  own.become({ columns: 100, rows: 30 });
  own.become({ columns: 0, rows: 0 });
  stdin.end();
  await ended;
  expect(sizes).toEqual([
    { w: 80, h: 24 },
    { w: 100, h: 30 },
  ]);
});

it('runs a program as it is where there is no shell', async () => {
  const { ran, container } = fakeContainer({ hasShell: false });
  await execAttached(container, ['/program', 'word'], attached());
  expect(ran).toEqual([['/program', 'word']]);
});

it.each(['before', 'while'])('interrupts a program when told to %s it runs, and waits for its end', async (when) => {
  const { ran, container } = fakeContainer({ exitCode: 130, isEndless: true });
  const abort = new AbortController();
  if (when === 'before') abort.abort();
  const ended = execAttached(container, ['sleep', '60'], { ...attached(), signal: abort.signal });
  await vi.waitFor(() => expect(ran).toHaveLength(when === 'before' ? 2 : 1));
  abort.abort();
  expect(await ended).toBe(130);
  const [program = [], kill = []] = ran;
  expect(ran).toHaveLength(2);
  expect(program.slice(-2)).toEqual(['sleep', '60']);
  // The program's pid is where it has been noted.
  expect(kill.slice(-2)).toEqual(['kill -INT "$(cat "$0")"', program[3]]);
});

function terminal() {
  let size = { columns: 80, rows: 24 };
  let listener = (): void => {};
  return {
    type: 'vt100',
    size: () => size,
    onResize: (given: () => void) => {
      listener = given;
      return { [Symbol.dispose]: () => {} };
    },
    become: (other: typeof size) => {
      size = other;
      listener();
    },
  };
}
