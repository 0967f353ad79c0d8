/**
 * A program in a container of its own image, which shares the network of a container of the lab: so that any image can be
 * behind a NAT, even one without a shell, and what it leaves on its file system or forks ends with it.
 */

export interface GuestSpec {
  readonly image: string;
  /** Null or left out: the command of the image. */
  readonly argv?: readonly string[] | null;
  /** Left out: the entrypoint of the image, which `argv` is then given to; empty: none. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Such as `/dev/net/tun`, by the engine's list of devices. */
  readonly devices?: readonly string[];
  /** Such as `NET_ADMIN`. */
  readonly capabilities?: readonly string[];
  /** Name of a volume of the engine to the path where it is mounted. */
  readonly volumes?: readonly { readonly name: string; readonly path: string; readonly readOnly: boolean }[];
}

export interface GuestLine {
  /** By `performance.now()` of this process, when it was read. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its end; cut to a bound. */
  readonly text: string;
}

/** Runs until it ends by itself or is disposed: then it is asked to end, killed if it does not, and removed. */
export interface Guest extends AsyncDisposable {
  /** The id of its container. */
  readonly id: string;
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Calls back for every line that it has written already, and then for each further one. */
  onLine(listener: (line: GuestLine) => void): Disposable;
}
