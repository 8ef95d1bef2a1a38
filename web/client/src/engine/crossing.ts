/** Errors as they cross to a page: data, never a stack. */

import { DomainError } from "../crypto/errors.ts";
import type { ErrorData } from "./api.ts";
import { FormInvalid, ServerRefused } from "./errors.ts";

/** A refusal as data; the server's own words where it was the server that refused. */
export function errorView(error: DomainError): ErrorData {
  if (error instanceof ServerRefused) return { code: error.serverCode, facts: error.serverFacts };
  const plain = { code: error.code, facts: error.facts };
  return error instanceof FormInvalid ? { ...plain, findings: error.findings } : plain;
}

/** Any error; what is not a refusal is a fault of ours and says only its name. */
export function crossing(error: unknown): ErrorData {
  if (error instanceof DomainError) return errorView(error);
  return { code: "client.fault", facts: { name: error instanceof Error ? error.name : "unknown" } };
}
