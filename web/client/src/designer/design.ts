/** What an organiser changes in a form before it is published: every step gives a new design. Pure. */

import type { Language } from "../i18n/catalogue.ts";
import type { FieldType, Words } from "../templates_forms/model.ts";
import { type CodeDoc, type FieldDoc, type GroupDoc, mapNodes, type NodeDoc, nodesOf, type RuleDoc, type TemplateDoc } from "./document.ts";
import type { Off } from "./trim.ts";

export interface Design extends Off {
  /** All of it, with what is switched off. */
  readonly document: TemplateDoc;
  /** Keys of sections, questions and rules that are new in it. */
  readonly added: readonly string[];
}

/** A design of `document` as it stands, to be its next version. */
export function designOf(document: string): Design {
  const read = JSON.parse(document) as TemplateDoc;
  return { document: { ...read, version: read.version + 1 }, off: [], offRules: [], added: [] };
}

/** A form of one's own, with one section and nothing in it. */
export function emptyDesign(title: string, section: string, language: Language, taken: readonly string[]): Design {
  const id = freeKey(title, taken, "form");
  const groups: readonly GroupDoc[] = [{ kind: "group", key: "section_1", labels: { [language]: section }, children: [] }];
  return { document: { format: 1, id, version: 1, labels: { [language]: title }, groups }, off: [], offRules: [], added: ["section_1"] };
}

// ---------------------------------------------------------------- keeping

/** As it is kept among the drafts. */
export function written(design: Design): string {
  return JSON.stringify(design);
}

/** What was kept; null where it is none. */
export function readDesign(text: string): Design | null {
  if (text === "") return null;
  const kept = JSON.parse(text) as Partial<Design>;
  return kept.document === undefined || kept.added === undefined ? null : (kept as Design);
}

// ---------------------------------------------------------------- on and off

export function switched(design: Design, key: string, on: boolean): Design {
  return { ...design, off: flipped(design.off, key, on) };
}

export function ruleSwitched(design: Design, key: string, on: boolean): Design {
  return { ...design, offRules: flipped(design.offRules, key, on) };
}

function flipped(off: readonly string[], key: string, on: boolean): readonly string[] {
  return on ? off.filter((one) => one !== key) : off.includes(key) ? off : [...off, key];
}

// ---------------------------------------------------------------- sections and questions

/** With some members of a section or question as they are given. */
export function changed<Node extends NodeDoc>(design: Design, key: string, members: Partial<Node>): Design {
  return withDocument(design, mapNodes(design.document, (node) => (node.key === key ? ({ ...node, ...members } as NodeDoc) : node)));
}

/** In one language; an empty text is none. */
export function worded(words: Words | undefined, language: string, text: string): Words {
  const { [language]: _, ...others } = words ?? {};
  return text === "" ? others : { ...others, [language]: text };
}

/** Another type, without what only the old one has. */
export function retyped(design: Design, key: string, type: FieldType): Design {
  const isCoded = type === "code" || type === "codes";
  const isNumber = type === "int" || type === "decimal";
  return withDocument(
    design,
    mapNodes(design.document, (node) => {
      if (node.kind !== "field" || node.key !== key) return node;
      const { calculation = "", code_list = "", choice_filter = "", unit_field = "", reference = "", max_length = 0, ...rest } = node;
      return {
        ...rest,
        type,
        ...(isCoded ? { code_list, choice_filter } : {}),
        ...(isNumber ? { unit_field } : {}),
        ...(type === "text" || type === "identifier" ? { reference } : {}),
        ...(type === "text" || type === "longtext" || type === "identifier" ? { max_length } : {}),
        ...(type === "derived" ? { calculation } : {}),
      };
    }),
  );
}

export interface Added {
  readonly design: Design;
  readonly key: string;
}

/** A new question at the end of a section. */
export function withField(design: Design, section: string, label: string, language: Language, type: FieldType = "text"): Added {
  const key = freeKey(label, keysOf(design), "question");
  const field: FieldDoc = { kind: "field", key, type, labels: label === "" ? {} : { [language]: label } };
  const document = mapNodes(design.document, (node) => (node.kind === "group" && node.key === section ? { ...node, children: [...node.children, field] } : node));
  return { key, design: { ...design, document, added: [...design.added, key] } };
}

/** A new section at the end of the form. */
export function withSection(design: Design, label: string, language: Language): Added {
  const key = freeKey(label, keysOf(design), "section");
  const group: GroupDoc = { kind: "group", key, labels: { [language]: label }, children: [] };
  return { key, design: { ...design, document: { ...design.document, groups: [...design.document.groups, group] }, added: [...design.added, key] } };
}

/** Taken out for good, with all that stands in it. */
export function removed(design: Design, key: string): Design {
  return withDocument(design, mapNodes(design.document, (node) => (node.key === key ? null : node)));
}

/** One place up (-1) or down (1) among its neighbours. */
export function moved(design: Design, key: string, by: -1 | 1): Design {
  const groups = neighboursMoved(design.document.groups, key, by) as readonly GroupDoc[];
  const document = mapNodes({ ...design.document, groups }, (node) => (node.kind === "group" ? { ...node, children: neighboursMoved(node.children, key, by) } : node));
  return withDocument(design, document);
}

function neighboursMoved(nodes: readonly NodeDoc[], key: string, by: -1 | 1): readonly NodeDoc[] {
  const at = nodes.findIndex((node) => node.key === key);
  const to = at + by;
  if (at < 0 || to < 0 || to >= nodes.length) return nodes;
  return nodes.map((node, place) => (place === at ? nodes[to]! : place === to ? nodes[at]! : node));
}

/** Into another section, at its end. */
export function movedTo(design: Design, key: string, section: string): Design {
  const node = [...nodesOf(design.document)].find((one) => one.key === key);
  if (node === undefined) return design;
  const out = removed(design, key);
  return withDocument(out, mapNodes(out.document, (one) => (one.kind === "group" && one.key === section ? { ...one, children: [...one.children, node] } : one)));
}

// ---------------------------------------------------------------- lists, rules, title

/** The codes of a list; the list is new where there is none of that key. */
export function withCodes(design: Design, list: string, codes: readonly CodeDoc[]): Design {
  const lists = design.document.code_lists ?? [];
  const made = lists.some(({ key }) => key === list) ? lists.map((one) => (one.key === list ? { ...one, codes } : one)) : [...lists, { key: list, codes }];
  return withDocument(design, { ...design.document, code_lists: made });
}

export function listKey(design: Design, field: string): string {
  return freeKey(field, [...(design.document.code_lists ?? []), ...(design.document.tables ?? [])].map(({ key }) => key), "list");
}

export function withRule(design: Design, at: string): Added {
  const taken = (design.document.rules ?? []).map(({ key }) => key);
  let number = 1;
  while (taken.includes(`own_${number}`)) number += 1;
  const rule: RuleDoc = { key: `own_${number}`, level: "error", at, expression: "", messages: {} };
  return { key: rule.key, design: { ...design, document: { ...design.document, rules: [rule, ...(design.document.rules ?? [])] }, added: [...design.added, rule.key] } };
}

export function ruleChanged(design: Design, key: string, members: Partial<RuleDoc>): Design {
  return withDocument(design, { ...design.document, rules: (design.document.rules ?? []).map((rule) => (rule.key === key ? { ...rule, ...members } : rule)) });
}

export function ruleRemoved(design: Design, key: string): Design {
  return withDocument(design, { ...design.document, rules: (design.document.rules ?? []).filter((rule) => rule.key !== key) });
}

export function withDocument(design: Design, document: TemplateDoc): Design {
  return { ...design, document };
}

// ---------------------------------------------------------------- keys

export function keysOf({ document }: Design): string[] {
  return [...nodesOf(document)].map(({ key }) => key);
}

/** A key after what people call it, where it has Latin letters; never one that is taken. */
export function freeKey(label: string, taken: readonly string[], otherwise: string): string {
  const plain = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/gu, "_").replace(/^[_0-9]+|_+$/gu, "").slice(0, 40).replace(/_+$/u, "");
  const wanted = plain.length > 1 ? plain : otherwise;
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}_${number}`)) number += 1;
  return `${wanted}_${number}`;
}
