/** What one wrote, cut into plain words, mentions of members, and codes that always run from left to right. Pure. */

export type Piece = { readonly kind: "plain"; readonly text: string } | { readonly kind: "code"; readonly text: string } | { readonly kind: "mention"; readonly text: string; readonly officerId: string };

/** Container, seal, flight and plate numbers: capitals, then at least four signs with a digit. */
const CODE = /(?<![\p{L}\d])[A-Z]{1,5}[- ]?\d[\dA-Z-]{3,}(?![\p{L}\d])/gu;

/** `names` is what each mentioned officer is called in the text, without the sign. */
export function pieces(text: string, names: ReadonlyMap<string, string>): readonly Piece[] {
  const marks: { readonly at: number; readonly end: number; readonly piece: Piece }[] = [];
  for (const [officerId, name] of names) {
    const said = `@${name}`;
    for (let at = text.indexOf(said); at >= 0; at = text.indexOf(said, at + said.length)) {
      marks.push({ at, end: at + said.length, piece: { kind: "mention", text: said, officerId } });
    }
  }
  for (const match of text.matchAll(CODE)) marks.push({ at: match.index, end: match.index + match[0].length, piece: { kind: "code", text: match[0] } });
  marks.sort((one, other) => one.at - other.at || other.end - one.end);
  const found: Piece[] = [];
  let done = 0;
  for (const { at, end, piece } of marks) {
    if (at < done) continue;
    if (at > done) found.push({ kind: "plain", text: text.slice(done, at) });
    found.push(piece);
    done = end;
  }
  if (done < text.length) found.push({ kind: "plain", text: text.slice(done) });
  return found;
}

/** The name being typed after an @ just before the caret; null where none is. */
export function mentionBeingTyped(text: string, caret: number): { readonly from: number; readonly typed: string } | null {
  const match = /(?:^|\s)@([^\s@]{0,30})$/u.exec(text.slice(0, caret));
  return match === null ? null : { from: caret - match[1]!.length - 1, typed: match[1]! };
}

/** The officers whose `@name` stands in the text. */
export function mentionsIn(text: string, names: ReadonlyMap<string, string>): readonly string[] {
  return [...names].filter(([, name]) => text.includes(`@${name}`)).map(([officerId]) => officerId);
}
