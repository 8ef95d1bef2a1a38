/** Reading gettext catalogues, keyed by msgctxt (`make i18n` finds their gaps). Pure; used when building only. */

/** What the browser loads: one sentence by key, or its plural forms in the order of `PLURALS`. */
export type Compiled = Readonly<Record<string, string | readonly string[]>>;

/** The translated forms of each message by key; its head is left out. Throws SyntaxError on a line that is none. */
export function parsePo(text: string): ReadonlyMap<string, readonly string[]> {
  const entries = new Map<string, readonly string[]>();
  for (const block of text.split(/\n[ \t]*\n/u)) {
    const said = new Map<string, string>();
    let field = "";
    for (const line of block.split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const match = /^(?:(\w+(?:\[\d\])?) )?(".*")$/u.exec(line);
      if (match === null) throw new SyntaxError(`not a line of a catalogue: ${line}`);
      field = match[1] ?? field;
      said.set(field, (said.get(field) ?? "") + String(JSON.parse(match[2]!)));
    }
    const key = said.get("msgctxt");
    if (key !== undefined) entries.set(key, [...said].filter(([name]) => name.startsWith("msgstr")).map(([, form]) => form));
  }
  return entries;
}

/** Sentences as the browser wants them. */
export function compile(entries: Iterable<readonly [string, readonly string[]]>): Compiled {
  return Object.fromEntries([...entries].map(([key, forms]) => [key, forms.length === 1 ? forms[0]! : forms]));
}
