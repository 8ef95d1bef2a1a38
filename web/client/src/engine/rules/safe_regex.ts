/**
 * A small regular expression that cannot be made to hang: all ways are followed at once (Thompson), never one by one.
 *
 * The language is that of `templates_forms.safe_regex`: characters, `.`, `[...]`, `\d \w \s` (ASCII only), groups, `|`
 * and `* + ? {m} {m,} {m,n}`. It must match the whole text. No back-references, no look-around. Characters are code points.
 */

import { ExpressionMalformed, ExpressionTooLarge } from "./errors.ts";

const MAX_PATTERN = 500;
const MAX_STATES = 1_000;
const MAX_REPETITION = 100;
const MAX_NESTING = 16;
const STEPS_REMEMBERED = 2_000;
const PATTERNS_REMEMBERED = 512;

type Ranges = readonly (readonly [number, number])[];
const ANY = 0x10ffff;
const CLASSES: Readonly<Record<string, Ranges>> = {
  d: [[0x30, 0x39]],
  w: [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]],
  s: [[0x09, 0x0d], [0x20, 0x20]],
};
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
const SIGNS: ReadonlySet<string> = new Set("\\^$.|?*+()[]{}-/ '\"#&,:;<=>@_~`!%");

/** Goes to `after` on a character in `ranges`, or, without ranges, freely to all of `free`. */
interface State {
  readonly ranges: Ranges | null;
  readonly after: number;
  readonly free: number[];
}

/** States that one is in at once, ascending; `name` tells them apart. */
interface Places {
  readonly name: string;
  readonly at: readonly number[];
}

/** A compiled pattern. Remembers where it went, so that most texts cost one look-up a character. */
export class Pattern {
  readonly #states: readonly State[];
  readonly #start: Places;
  readonly #end: number;
  readonly #remembered = new Map<string, Places>();

  constructor(states: readonly State[], start: number, end: number) {
    this.#states = states;
    this.#start = this.#spread([start]);
    this.#end = end;
  }

  /** Whether the whole of `text` matches, in work of at most its length times the number of states. */
  matches(text: string): boolean {
    let current = this.#start;
    for (const character of text) {
      current = this.#step(current, character);
      if (current.at.length === 0) return false;
    }
    return current.at.includes(this.#end);
  }

  #step(current: Places, character: string): Places {
    const key = `${current.name}:${character}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const point = character.codePointAt(0)!;
    const reached = current.at.map((index) => this.#states[index]!).filter((state) => accepts(state.ranges, point));
    const following = this.#spread(reached.map((state) => state.after));
    if (this.#remembered.size < STEPS_REMEMBERED) this.#remembered.set(key, following);
    return following;
  }

  #spread(indices: readonly number[]): Places {
    const seen = new Set<number>();
    const pending = [...indices];
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (seen.has(index)) continue;
      seen.add(index);
      pending.push(...this.#states[index]!.free);
    }
    const at = [...seen].sort((one, other) => one - other);
    return { name: at.join(), at };
  }
}

function accepts(ranges: Ranges | null, point: number): boolean {
  return ranges !== null && ranges.some(([low, high]) => low <= point && point <= high);
}

const remembered = new Map<string, Pattern>();

/** The compiled `pattern`. Throws ExpressionMalformed (its position counts within the pattern), ExpressionTooLarge. */
export function compilePattern(pattern: string): Pattern {
  const known = remembered.get(pattern);
  if (known !== undefined) return known;
  const signs = [...pattern];
  if (signs.length > MAX_PATTERN) throw new ExpressionTooLarge("pattern", MAX_PATTERN);
  const compiled = new Compiler(signs).compile();
  if (remembered.size >= PATTERNS_REMEMBERED) remembered.clear();
  remembered.set(pattern, compiled);
  return compiled;
}

/** Where a piece of the machine begins and ends. */
type Piece = readonly [number, number];

class Compiler {
  readonly #pattern: readonly string[];
  #at: number;
  readonly #stop: number;
  readonly #states: State[] = [];

  constructor(pattern: readonly string[]) {
    this.#pattern = pattern;
    this.#at = pattern[0] === "^" ? 1 : 0;
    this.#stop = endsWithAnchor(pattern) ? pattern.length - 1 : pattern.length;
  }

  compile(): Pattern {
    const [start, end] = this.#alternatives(0);
    if (this.#at < this.#stop) throw this.#malformed("unexpected_character");
    return new Pattern(this.#states, start, end);
  }

  #alternatives(depth: number): Piece {
    if (depth > MAX_NESTING) throw new ExpressionTooLarge("pattern_depth", MAX_NESTING);
    const pieces = [this.#sequence(depth)];
    while (this.#takes("|")) pieces.push(this.#sequence(depth));
    if (pieces.length === 1) return pieces[0]!;
    const end = this.#add(null);
    for (const piece of pieces) this.#join(piece[1], end);
    return [this.#add(null, 0, pieces.map(([start]) => start)), end];
  }

  #sequence(depth: number): Piece {
    const start = this.#add(null);
    let end = start;
    while (this.#at < this.#stop && this.#peek() !== "|" && this.#peek() !== ")") {
      const piece = this.#repeated(depth);
      this.#join(end, piece[0]);
      end = piece[1];
    }
    return [start, end];
  }

  #repeated(depth: number): Piece {
    const began = this.#at;
    const piece = this.#atom(depth);
    const [least, most] = this.#count();
    if (least === 1 && most === 1) return piece;
    const ended = this.#at;
    const again = (): Piece => {
      this.#at = began;
      const copy = this.#atom(depth);
      this.#at = ended;
      return copy;
    };
    return this.#times(piece, again, least, most);
  }

  /** `piece` at least `least` times and at most `most`; each further time needs a fresh copy of it. */
  #times(piece: Piece, again: () => Piece, least: number, most: number | null): Piece {
    const start = this.#add(null);
    let end = start;
    let last = start;
    const skips: number[] = [];
    for (let number = 0; number < (most ?? Math.max(least, 1)); number++) {
      if (number >= least) skips.push(end);
      const copy = number === 0 ? piece : again();
      this.#join(end, copy[0]);
      [last, end] = copy;
    }
    if (most === null) this.#join(end, this.#add(null, 0, [last]));
    const final = this.#add(null);
    for (const place of [...skips, end]) this.#join(place, final);
    return [start, final];
  }

  #count(): readonly [number, number | null] {
    if (this.#takes("*")) return [0, null];
    if (this.#takes("+")) return [1, null];
    if (this.#takes("?")) return [0, 1];
    if (!this.#takes("{")) return [1, 1];
    const least = this.#integer();
    let most: number | null = least;
    if (this.#takes(",")) most = this.#peek() === "}" ? null : this.#integer();
    if (!this.#takes("}") || (most !== null && most < least)) throw this.#malformed("repetition");
    return [least, most];
  }

  #integer(): number {
    const began = this.#at;
    while (/^[0-9]$/.test(this.#peek())) this.#at++;
    const digits = this.#pattern.slice(began, this.#at).join("");
    if (digits.length < 1 || digits.length > 3 || Number(digits) > MAX_REPETITION) throw this.#malformed("repetition");
    return Number(digits);
  }

  #atom(depth: number): Piece {
    const sign = this.#take();
    if (sign === "(") {
      if (this.#pattern[this.#at] === "?" && this.#pattern[this.#at + 1] === ":") this.#at += 2;
      const piece = this.#alternatives(depth + 1);
      if (!this.#takes(")")) throw this.#malformed("group");
      return piece;
    }
    if (sign === "[") return this.#consume(this.#class());
    if (sign === ".") return this.#consume([[0, 9], [11, ANY]]);
    if (sign === "\\") return this.#consume(this.#escape());
    if ("*+?{}])^$".includes(sign)) {
      this.#at--;
      throw this.#malformed("unexpected_character");
    }
    return this.#consume(only(sign));
  }

  #class(): Ranges {
    const negated = this.#takes("^");
    const ranges: (readonly [number, number])[] = [];
    while (!this.#takes("]")) {
      const low = this.#classMember();
      const after = this.#pattern[this.#at + 1];
      if (this.#peek() === "-" && after !== "]" && after !== undefined) {
        this.#at++;
        ranges.push(this.#range(low, this.#classMember()));
      } else ranges.push(...low);
    }
    return negated ? complement(ranges) : ranges;
  }

  #range(low: Ranges, high: Ranges): readonly [number, number] {
    const [from, to] = [low[0], high[0]];
    if (low.length !== 1 || high.length !== 1 || from === undefined || to === undefined || from[0] !== from[1] || from[0] > to[0]) {
      throw this.#malformed("range");
    }
    return [from[0], to[1]];
  }

  #classMember(): Ranges {
    const sign = this.#take();
    if (sign === "\\") return this.#escape();
    if (sign === "[") throw this.#malformed("unexpected_character");
    return only(sign);
  }

  #escape(): Ranges {
    const sign = this.#take();
    const known = Object.hasOwn(CLASSES, sign.toLowerCase()) ? CLASSES[sign.toLowerCase()] : undefined;
    if (known !== undefined) return sign === sign.toLowerCase() ? known : complement(known);
    if (Object.hasOwn(CONTROLS, sign)) return only(CONTROLS[sign]!);
    if (SIGNS.has(sign)) return only(sign);
    throw this.#malformed("escape");
  }

  #consume(ranges: Ranges): Piece {
    const end = this.#add(null);
    return [this.#add(ranges, end), end];
  }

  #add(ranges: Ranges | null, after = 0, free: number[] = []): number {
    if (this.#states.length >= MAX_STATES) throw new ExpressionTooLarge("pattern_states", MAX_STATES);
    this.#states.push({ ranges, after, free });
    return this.#states.length - 1;
  }

  #join(origin: number, target: number): void {
    this.#states[origin]!.free.push(target);
  }

  #peek(): string {
    return this.#at < this.#stop ? this.#pattern[this.#at]! : "";
  }

  #take(): string {
    const sign = this.#peek();
    if (sign === "") throw this.#malformed("unexpected_end");
    this.#at++;
    return sign;
  }

  #takes(sign: string): boolean {
    if (this.#peek() !== sign) return false;
    this.#at++;
    return true;
  }

  #malformed(reason: string): ExpressionMalformed {
    return new ExpressionMalformed(`pattern_${reason}`, this.#at);
  }
}

function only(sign: string): Ranges {
  const point = sign.codePointAt(0)!;
  return [[point, point]];
}

/** Whether it ends with a `$` that no backslash makes a plain sign. */
function endsWithAnchor(pattern: readonly string[]): boolean {
  if (pattern.at(-1) !== "$") return false;
  let slashes = 0;
  while (pattern[pattern.length - 2 - slashes] === "\\") slashes++;
  return slashes % 2 === 0;
}

function complement(ranges: Ranges): Ranges {
  const found: (readonly [number, number])[] = [];
  let free = 0;
  for (const [low, high] of [...ranges].sort(([one, first], [other, second]) => one - other || first - second)) {
    if (low > free) found.push([free, low - 1]);
    free = Math.max(free, high + 1);
  }
  if (free <= ANY) found.push([free, ANY]);
  return found;
}
