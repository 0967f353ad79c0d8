/** A container of the lab as its user has it: where it is, and the programs that are run in it. */

import type { Guest, GuestSpec } from './guest.ts';

export interface LabContainer {
  /** The engine's id of it. */
  readonly id: string;
  readonly name: string;
  /** Its address on its first network. */
  readonly address: string;
  /** Its IPv6 address on that network; null if it has none. */
  readonly address6: string | null;
  /** Runs a program to its end. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a program that is stopped when disposed. */
  start(argv: readonly string[]): Promise<Program>;
  /** Starts a program whose output is bytes; it is stopped when disposed. */
  startBytes(argv: readonly string[], options: ByteProgramOptions): Promise<ByteProgram>;
  /** Starts a program in a container of its own image, in the network of this one. @throws GuestError when it cannot. */
  run(guest: GuestSpec): Promise<Guest>;
}

export interface ExecOptions {
  /** Default: 30 s. */
  readonly timeoutMs?: number;
}

export interface ByteProgramOptions {
  /** Takes what it writes to stdout, as it comes. */
  readonly heard: (bytes: Uint8Array) => void;
  /** Takes each line of its stderr. */
  readonly said: (line: string) => void;
}

export interface ByteProgram extends AsyncDisposable {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** What a program has written by its end, and how it ended. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A program that runs until it is told to stop; it is talked to by lines. */
export interface Program extends AsyncDisposable {
  /** Its process id in the container. */
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Writes one line to its stdin. */
  write(line: string): void;
  /**
   * Calls back for every line of stdout and stderr that there is already, and then for each further one, until the registration
   * is disposed. Of very many lines, the first and the latest are kept for later listeners (output.ts).
   */
  onLine(listener: (line: string) => void): Disposable;
  /** The first line that matches, of those already there and those to come. @throws Error with all lines when none does. */
  line(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<string>;
}
