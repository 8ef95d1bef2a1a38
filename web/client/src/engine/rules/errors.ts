/** What can be wrong with a template or an expression; never what was answered in a form. */

import { DomainError } from "../../crypto/errors.ts";

/** Parts of a template that do not fit together. */
export class TemplateMalformed extends DomainError {
  constructor(reason: string, at: string) {
    super("templates.malformed", { reason, at });
  }
}

/** The template is beyond a bound of this program. */
export class TemplateTooLarge extends DomainError {
  constructor(what: string, limit: number) {
    super("templates.too_large", { what, limit });
  }
}

/** The text is not an expression of our subset; `position` in characters from 0. */
export class ExpressionMalformed extends DomainError {
  constructor(reason: string, position: number) {
    super("templates.expression_malformed", { reason, position });
  }
}

/** The expression, or the work that it asks for, is beyond a bound. */
export class ExpressionTooLarge extends DomainError {
  constructor(what: string, limit: number) {
    super("templates.expression_too_large", { what, limit });
  }
}
