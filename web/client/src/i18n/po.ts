/** Reading gettext catalogues (keyed by msgctxt) and finding their gaps. Pure; used when building and checking only. */

/** One message: its forms, one or as many as the language has plurals. */
export interface PoEntry {
  readonly english: readonly string[];
  readonly forms: readonly string[];
  readonly fuzzy: boolean;
}

/** By key. */
export type Po = ReadonlyMap<string, PoEntry>;

/** What the browser loads: one sentence by key, or its plural forms in the order of `PLURALS`. */
export type Compiled = Readonly<Record<string, string | readonly string[]>>;

const PLURAL_COUNT: Readonly<Record<string, number>> = { en: 2, fr: 2, es: 2, ru: 3, ar: 6, pt: 2 };
const FACT = /\{(\w+)\}/gu;

/** The entries of a catalogue; its head is left out. Throws SyntaxError on a line that is none. */
export function parsePo(text: string): Po {
  const entries = new Map<string, PoEntry>();
  for (const block of text.split(/\n[ \t]*\n/u)) {
    const said = new Map<string, string>();
    let field = "";
    let fuzzy = false;
    for (const line of block.split("\n")) {
      if (line.startsWith("#,") && line.includes("fuzzy")) fuzzy = true;
      if (line === "" || line.startsWith("#")) continue;
      const match = /^(?:(\w+(?:\[\d\])?) )?(".*")$/u.exec(line);
      if (match === null) throw new SyntaxError(`not a line of a catalogue: ${line}`);
      field = match[1] ?? field;
      said.set(field, (said.get(field) ?? "") + String(JSON.parse(match[2]!)));
    }
    const key = said.get("msgctxt");
    if (key === undefined) continue;
    const plural = said.get("msgid_plural");
    const english = [said.get("msgid") ?? "", ...(plural === undefined ? [] : [plural])];
    const forms = [...said].filter(([name]) => name.startsWith("msgstr")).map(([, form]) => form);
    entries.set(key, { english, forms, fuzzy });
  }
  return entries;
}

/** Sentences as the browser wants them. */
export function compile(entries: Iterable<readonly [string, readonly string[]]>): Compiled {
  return Object.fromEntries([...entries].map(([key, forms]) => [key, forms.length === 1 ? forms[0]! : forms]));
}

/** Everything that is wrong with one language, one sentence each. */
export function problems(language: string, source: Readonly<Record<string, string | readonly string[]>>, po: Po): string[] {
  const found: string[] = [];
  for (const [key, said] of Object.entries(source)) {
    const english = typeof said === "string" ? [said] : said;
    const entry = po.get(key);
    if (entry === undefined || entry.fuzzy || entry.forms.every((form) => form === "")) found.push(`${language}: ${key} is not translated`);
    else found.push(...ofEntry(language, key, english, entry));
  }
  for (const key of po.keys()) if (!Object.hasOwn(source, key)) found.push(`${language}: ${key} is translated but not used`);
  return found;
}

function ofEntry(language: string, key: string, english: readonly string[], entry: PoEntry): string[] {
  const found: string[] = [];
  if (entry.english.join("\n") !== english.join("\n")) found.push(`${language}: ${key} translates an older English`);
  const wanted = english.length === 1 ? 1 : PLURAL_COUNT[language];
  if (entry.forms.length !== wanted || entry.forms.includes("")) found.push(`${language}: ${key} lacks a form`);
  const known = new Set(english.flatMap(factsOf));
  for (const form of entry.forms) {
    const named = new Set(factsOf(form));
    if ([...named].some((fact) => !known.has(fact))) found.push(`${language}: ${key} names a fact that English does not have`);
    if ([...known].some((fact) => fact !== "count" && !named.has(fact))) found.push(`${language}: ${key} leaves out a fact`);
  }
  return found;
}

function factsOf(pattern: string): string[] {
  return [...pattern.matchAll(FACT)].map((match) => match[1]!);
}
