/**
 * What of a seizure record may leave for the CEN core (twin of `templates_forms.release`; DESIGN §4). Pure.
 *
 * A field leaves as it is (`full`) or without its time (`coarse`) where its template lets it and the core has a place for
 * it; free text only once the contact point has read it. Nothing leaves that holds a value of a nominal field of the same
 * record.
 */

import type { Answers, AnswerValue } from "../engine/api.ts";
import { SEIZURES } from "../engine/rules/chain.ts";
import type { FormField, FormTemplate } from "./model.ts";

/** One answer that would leave, as it would leave. */
export interface Leaving {
  readonly path: string;
  readonly field: FormField;
  readonly value: AnswerValue;
  /** It waits for the contact point's word: free text, and the language that it is in. */
  readonly onceRead: boolean;
}

/** An answer that holds what a nominal field says, each by its path. */
export interface Named {
  readonly path: string;
  readonly nominal: string;
}

const DAY = 10;
const CASE = ["reporting_country", "operation_code", "offence_at", "offence_country", "location_type", "offence_location", "direction", "transport_mode", "traffic_type", "detection_method", "persons_arrested"];
const CASE_LONG = ["conveyance_type", "detection_aids", "concealment", "goods_outcome", "case_outcome"];
const LINE = ["heading", "product", "quantity", "unit", "quantity_basis", "quantity_missing"];
const LINE_LONG = ["hs6"];
const WORDS = ["offence_place"];
const WORDS_LONG = ["concealment_text", "modus_operandi"];
const LINE_WORDS = ["product_other"];
const LINE_WORDS_LONG = ["species"];
const NARRATIVE = "modus_operandi";
const NARRATIVE_LANGUAGE = "text_language";
const STAGES = ["departure_", "destination_"];
const STAGES_LONG = ["departure_", "transit_", "destination_"];
const STAGE = ["country"];
const STAGE_LONG = ["country", "location", "reached"];

/** Types whose values nobody writes freely: a code or a number of one field means nothing in another. */
const CODED: ReadonlySet<string> = new Set(["code", "codes", "bool", "int", "decimal", "derived"]);
/** A nominal value of one character would be found in every text. */
const SHORTEST = 2;
/** From this length a value is known again however it is spaced: `AB 12-345` in `AB12345`. */
const JOINED = 5;

export function isReleasable(template: FormTemplate): boolean {
  return SEIZURES.includes(template.id);
}

/** The questions whose answers could leave; everything else stays in the group, whatever is answered. */
export function couldLeave(template: FormTemplate): ReadonlySet<string> {
  if (!isReleasable(template)) return new Set();
  const long = isLong(template);
  const stages = (long ? STAGES_LONG : STAGES).flatMap((stage) => (long ? STAGE_LONG : STAGE).map((part) => stage + part));
  const facts = [...CASE, ...LINE, ...stages, ...(long ? [...CASE_LONG, ...LINE_LONG, NARRATIVE_LANGUAGE] : [])];
  const words = [...WORDS, ...LINE_WORDS, ...(long ? [...WORDS_LONG, ...LINE_WORDS_LONG] : [])];
  const may = (isWords: boolean) => (key: string) => mayLeave(template.fields.get(key), isWords);
  return new Set([...facts.filter(may(false)), ...words.filter(may(true))]);
}

/** Answer by answer, in the order in which a release shows them. */
export function leavingOf(template: FormTemplate, answers: Answers): readonly Leaving[] {
  if (!isReleasable(template)) return [];
  const long = isLong(template);
  const one = (row: Answers, key: string, prefix: string, onceRead = false) => leaves(template, row, key, prefix, onceRead);
  const facts = [...CASE, ...(long ? CASE_LONG : [])].flatMap((key) => one(answers, key, ""));
  const lines = rowsAt(answers, "item").flatMap((row, number) => [
    ...[...LINE, ...(long ? LINE_LONG : [])].flatMap((key) => one(row, key, `item[${number}].`)),
    ...[...LINE_WORDS, ...(long ? LINE_WORDS_LONG : [])].flatMap((key) => one(row, key, `item[${number}].`, true)),
  ]);
  const texts = [...WORDS, ...(long ? WORDS_LONG : [])].flatMap((key) => {
    const found = one(answers, key, "", true);
    const language = key === NARRATIVE && found.length > 0 ? one(answers, NARRATIVE_LANGUAGE, "") : [];
    return [...found, ...language.map((said) => ({ ...said, onceRead: true }))];
  });
  return [...facts, ...routeOf(template, answers), ...lines, ...texts];
}

/** Departure, transits, destination; a stage whose country stays behind stays as a whole. */
function routeOf(template: FormTemplate, answers: Answers): readonly Leaving[] {
  const long = isLong(template);
  const transits = long ? rowsAt(answers, "transit").map((row, number) => [row, `transit[${number}].`, "transit_"] as const) : [];
  const stages = [[answers, "", "departure_"] as const, ...transits, [answers, "", "destination_"] as const];
  return stages.flatMap(([row, prefix, stage]) => {
    if (leaves(template, row, `${stage}country`, prefix, false).length === 0) return [];
    return (long ? STAGE_LONG : STAGE).flatMap((part) => leaves(template, row, stage + part, prefix, false));
  });
}

function leaves(template: FormTemplate, row: Answers, key: string, prefix: string, onceRead: boolean): readonly Leaving[] {
  const field = template.fields.get(key);
  const value = row[key];
  if (field === undefined || !mayLeave(field, onceRead) || value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)) return [];
  if (field.type !== "datetime") return [{ path: prefix + key, field, value, onceRead }];
  return typeof value === "string" ? [{ path: prefix + key, field, value: value.slice(0, DAY), onceRead }] : [];
}

function mayLeave(field: FormField | undefined, isWords: boolean): boolean {
  if (field === undefined || field.nominal !== "none") return false;
  return isWords ? isFreeText(field) : (field.cen === "full" || field.cen === "coarse") && !isFreeText(field);
}

function isFreeText(field: FormField): boolean {
  return field.type === "text" || field.type === "longtext";
}

function isLong(template: FormTemplate): boolean {
  return template.id === "long_seizure";
}

function rowsAt(answers: Answers, key: string): readonly Answers[] {
  const found = answers[key];
  return Array.isArray(found) ? found.filter(isRow) : [];
}

function isRow(value: unknown): value is Answers {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// ---------------------------------------------------------------- names in what leaves

/** The first of the answers that holds a value of a nominal field of this record; null where none does. */
export function namedIn(template: FormTemplate, answers: Answers, leaving: readonly Leaving[]): Named | null {
  const known = nominalValues(template, answers, "")
    .map(({ path, value }) => ({ path, tokens: tokensOf(value) }))
    .filter(({ tokens }) => [...tokens.join("")].length >= SHORTEST);
  for (const { path, field, value } of leaving) {
    const mayHoldOne = isFreeText(field) || (field.type === "identifier" && field.reference === "");
    if (!mayHoldOne || typeof value !== "string") continue;
    const written = tokensOf(value);
    const found = known.find(({ tokens }) => holds(written, tokens));
    if (found !== undefined) return { path, nominal: found.path };
  }
  return null;
}

function nominalValues(template: FormTemplate, answers: Answers, prefix: string): readonly { readonly path: string; readonly value: string }[] {
  return Object.entries(answers).flatMap(([key, value]) => {
    if (Array.isArray(value)) return (value as readonly unknown[]).flatMap((row, number) => (isRow(row) ? nominalValues(template, row, `${prefix}${key}[${number}].`) : []));
    const field = template.fields.get(key);
    return field !== undefined && field.nominal !== "none" && !CODED.has(field.type) && typeof value === "string" ? [{ path: prefix + key, value }] : [];
  });
}

/**
 * Whether these words stand there together; a longer value, and one in a script that writes without spaces or with
 * prefixes, is found inside of other words too.
 */
function holds(written: readonly string[], tokens: readonly string[]): boolean {
  const joined = tokens.join("");
  const isInside = [...joined].length >= JOINED || /\p{Lo}/u.test(joined);
  if (isInside && written.join("").includes(joined)) return true;
  return written.some((_, at) => tokens.every((token, number) => written[at + number] === token));
}

/** Words without case, accents and signs, so that `Müller` is found in `MULLER,`. */
function tokensOf(text: string): readonly string[] {
  const plain = [...text.normalize("NFKD")].filter((sign) => !isCombining(sign));
  return plain.map(folded).join("").match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Whether it is one of the marks that go with the letter before them: those change places with another such mark. */
function isCombining(sign: string): boolean {
  const last = "\u0345";
  return sign === last || (last + sign).normalize("NFD") !== last + sign;
}

/** Sign by sign, so that a sigma at the end of a word is a sigma. */
function folded(sign: string): string {
  const small = sign.toLowerCase();
  if (small === "ß") return "ss";
  return small === "ς" ? "σ" : small;
}
