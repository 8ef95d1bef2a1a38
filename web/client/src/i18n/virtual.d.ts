/** Catalogues, compiled by vite.config.ts. */
declare module "virtual:catalogue/*" {
  const catalogue: import("./po.ts").Compiled;
  export default catalogue;
}

declare module "virtual:tables/*" {
  const words: import("./files.ts").TableWords;
  export default words;
}
