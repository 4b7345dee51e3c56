/** A query file; the bundler and the tests hand it over as text. */
declare module '*.sql' {
  const text: string;
  export = text;
}
