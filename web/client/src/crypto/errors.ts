/** The root of every error that may cross an edge: a stable code and facts, never a sentence (style guide §5). */

export type Fact = string | number | boolean | null;

export class DomainError extends Error {
  readonly code: string;
  readonly facts: Readonly<Record<string, Fact>>;

  constructor(code: string, facts: Record<string, Fact> = {}) {
    super(code);
    this.name = new.target.name;
    this.code = code;
    this.facts = facts;
  }
}
