/** `virtual:catalogue/<language>` and `virtual:tables/<language>`: the catalogues as modules. Build time only. */

import type { Plugin } from "vite";

import { readCatalogue, readTableWords } from "./files.ts";

const READERS: Readonly<Record<string, (language: string) => object>> = { catalogue: readCatalogue, tables: readTableWords };
const VIRTUAL = /^virtual:(catalogue|tables)\/([a-z]+)$/u;

export function catalogues(): Plugin {
  return {
    name: "catalogues",
    resolveId: (id) => (VIRTUAL.test(id) ? `\0${id}` : null),
    load: (id) => {
      const [, kind = "", language = ""] = VIRTUAL.exec(id.slice(1)) ?? [];
      return id.startsWith("\0") && kind !== "" ? `export default ${JSON.stringify(READERS[kind]!(language))}` : null;
    },
  };
}
