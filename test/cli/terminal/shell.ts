/**
 * What a shell is to a program that it runs on a terminal: it leads the session, survives Ctrl-C, and passes on that the
 * terminal has been closed. What becomes of the program it tells by TCP, which outlives the terminal.
 *
 * PORT PROGRAM ARGUMENT…
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';

const [port, program = '', ...words] = process.argv.slice(2);
const test = connect(Number(port), '127.0.0.1');
const tell = (what: object): void => void test.write(`${JSON.stringify(what)}\n`);

const child = spawn(program, words, { stdio: 'inherit' });
process.on('SIGINT', () => {});
process.on('SIGHUP', () => child.kill('SIGHUP'));
child.on('spawn', () => tell({ pid: child.pid }));
child.on('exit', (code, signal) => {
  tell({ code, signal });
  test.end();
});
// A test that is over wants nothing to go on.
test.on('close', () => child.kill('SIGKILL'));
test.on('error', () => {});
