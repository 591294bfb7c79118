/** Vite hands over a file's text when asked with `?raw`. */
declare module "*?raw" {
  const text: string;
  export default text;
}
