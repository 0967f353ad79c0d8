/** The colours of pictures and pages, for a light and for a dark ground; each text on its ground has a contrast of more than 7 to 1. */

export interface Palette {
  readonly text: string;
  /** Of what is said in passing. */
  readonly dim: string;
  readonly link: string;
  readonly ground: string;
  readonly edge: string;
  /** Of what lies upon the ground. */
  readonly surface: string;
  readonly open: string;
  readonly openEdge: string;
  readonly closed: string;
  readonly closedEdge: string;
  readonly wrong: string;
  readonly wrongEdge: string;
  /** Text that says what went wrong. */
  readonly alarm: string;
}

export const LIGHT: Palette = {
  text: '#16212c',
  dim: '#465462',
  link: '#0a4a8f',
  ground: '#ffffff',
  edge: '#c8d0d9',
  surface: '#f4f6f8',
  open: '#d9f2e1',
  openEdge: '#3f8f5b',
  closed: '#e8ebef',
  closedEdge: '#8a95a1',
  wrong: '#ffe0dc',
  wrongEdge: '#c2261b',
  alarm: '#96150c',
};

export const DARK: Palette = {
  text: '#eef3f8',
  dim: '#b3c0cd',
  link: '#9ccbff',
  ground: '#0d1b2a',
  edge: '#3a4a5c',
  surface: '#14263a',
  open: '#17432a',
  openEdge: '#5fc285',
  closed: '#2a3644',
  closedEdge: '#7d8b9a',
  wrong: '#5c1a1a',
  wrongEdge: '#ff8a80',
  alarm: '#ffb3ac',
};
