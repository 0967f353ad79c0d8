/** Text with places for what only the run knows, such as `{{peer.public}}`. */

export type Template = readonly (string | Reference)[];

export type Reference =
  /** `{{server}}`, `{{server.alternate}}`: an address of the lab's server. */
  | { readonly kind: 'server'; readonly which: 'primary' | 'alternate' }
  /** `{{public.NAME}}`: the address of a helper. */
  | { readonly kind: 'helper'; readonly name: string }
  /** `{{own.address}}`, `{{peer.public}}`, `{{c.nat}}`: something of a side; `peer` is the other one of `a` and `b`. */
  | {
      readonly kind: 'side';
      readonly of: 'own' | 'peer' | 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g' | 'h';
      readonly what: SideFact;
    }
  /** `{{a.line:/ticket (\S+)/}}`: the first group, or the whole match, of the first line of a side or helper that matches. */
  | { readonly kind: 'line'; readonly of: string; readonly pattern: RegExp }
  /** `{{pair}}`: of letters, digits and `-`, other for each try of each pair. `{{shared}}`: the shared folder, read-only. */
  | { readonly kind: 'pair' | 'shared' };

/** `name`: `a` to `h`. `nat`: the name of the access. `site`: unlike any other site of the lab. */
export type SideFact = 'name' | 'nat' | 'site' | 'address' | 'public' | 'address6' | 'public6';
