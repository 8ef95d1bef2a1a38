/**
 * A published form with what the form that comes with CENcomm has besides, switched off: so that a later version can have it
 * again. Trimmed, it is the published form as it was. Pure.
 */

import type { Design } from "./design.ts";
import { EXPRESSIONS, type FieldDoc, type GroupDoc, mapNodes, type NodeDoc, nodesOf, type TemplateDoc } from "./document.ts";
import { trimmed } from "./trim.ts";

/** `published` as `Design.document` has it; its version stays what it is. */
export function withShipped(published: Design, shipped: TemplateDoc): Design {
  const known = new Set([...nodesOf(published.document)].map(({ key }) => key));
  const missing = [...nodesOf(shipped)].map(({ key }) => key).filter((key) => !known.has(key));
  // What the shipped form says without them: where the published one says the same, it was not changed by hand.
  const left = trimmed(shipped, { off: missing, offRules: [] });
  const conditions = { shipped: new Map([...nodesOf(shipped)].map((node) => [node.key, node])), left: new Map([...nodesOf(left.document)].map((node) => [node.key, node])) };
  const document = mapNodes(published.document, (node) => restored(node, conditions.shipped.get(node.key), conditions.left.get(node.key)));
  const off: string[] = [];
  const groups = merged(document.groups, shipped.groups, known, off) as readonly GroupDoc[];
  const rules = inserted(published.document.rules ?? [], shipped.rules ?? []);
  const gone = new Set(left.rules);
  const before = new Set((published.document.rules ?? []).map(({ key }) => key));
  return {
    ...published,
    document: { ...document, groups, rules, code_lists: inserted(document.code_lists ?? [], shipped.code_lists ?? []), tables: inserted(document.tables ?? [], shipped.tables ?? []) },
    off: [...published.off, ...off],
    offRules: [...published.offRules, ...rules.map(({ key }) => key).filter((key) => !before.has(key) && !gone.has(key))],
  };
}

/** A condition that was only shortened reads in full again; trimming shortens it as before. */
function restored(node: NodeDoc, shipped: NodeDoc | undefined, left: NodeDoc | undefined): NodeDoc {
  if (shipped === undefined || left === undefined || shipped.kind !== node.kind || left.kind !== node.kind) return node;
  if (node.kind === "group") return (node.relevant ?? "") === (left.relevant ?? "") ? { ...node, relevant: shipped.relevant ?? "" } : node;
  const [before, after] = [shipped as FieldDoc, left as FieldDoc];
  const same = [...EXPRESSIONS, "unit_field" as const].filter((member) => (node[member] ?? "") === (after[member] ?? "") && (before[member] ?? "") !== "");
  const messages = JSON.stringify(node.constraint_messages ?? {}) === JSON.stringify(after.constraint_messages ?? {}) ? before.constraint_messages : node.constraint_messages;
  return { ...node, ...Object.fromEntries(same.map((member) => [member, before[member]!])), ...(messages === undefined ? {} : { constraint_messages: messages }) };
}

/** The shipped sections and questions that are missing, where they stand there; those stand in `off` afterwards. */
function merged(own: readonly NodeDoc[], shipped: readonly NodeDoc[], known: ReadonlySet<string>, off: string[]): readonly NodeDoc[] {
  const missing = shipped.filter(({ key }) => !known.has(key));
  off.push(...missing.map(({ key }) => key));
  const elsewhere = new Set([...known].filter((key) => own.every((one) => one.key !== key)));
  const others = shipped.filter(({ key }) => !elsewhere.has(key)).map((node) => (known.has(node.key) ? node : unknownOf(node, known)));
  return inserted(own, others).map((node) => {
    const model = shipped.find(({ key }) => key === node.key);
    return node.kind === "group" && model?.kind === "group" && known.has(node.key) ? { ...node, children: merged(node.children, model.children, known, off) } : node;
  });
}

/** A section without the questions of it that the published form has in another one. */
function unknownOf(node: NodeDoc, known: ReadonlySet<string>): NodeDoc {
  return node.kind === "field" ? node : { ...node, children: node.children.filter(({ key }) => !known.has(key)).map((child) => unknownOf(child, known)) };
}

/** Those of `own` in their order, and each other one behind the one that stands before it. */
function inserted<T extends { readonly key: string }>(own: readonly T[], others: readonly T[]): readonly T[] {
  const made = [...own];
  let last = -1;
  for (const one of others) {
    const at = made.findIndex(({ key }) => key === one.key);
    if (at < 0) made.splice(last + 1, 0, one);
    last = at < 0 ? last + 1 : at;
  }
  return made;
}
