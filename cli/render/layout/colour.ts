/** How natcheck's colours look in a text. */

const ESCAPE = String.fromCharCode(0x1b);

/** Select Graphic Rendition (ECMA-48 §8.3.117) as chalk writes it, one code at a time: weight, the sixteen colours, and a white ground. */
export const COLOUR = `${ESCAPE}\\[(?:[12]|22|3[0-79]|9[0-7]|49|107)m`;
