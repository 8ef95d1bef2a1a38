/** What the profile's storage refuses. */

import { DomainError, type Fact } from "../crypto/errors.ts";

/** The root of what the browser's client raises by itself; codes are those of `cencomm.client.errors`. */
export class ClientError extends DomainError {}

/** A refusal of the client by its code, without the prefix `client.`. */
function kind(name: string): new (facts?: Record<string, Fact>) => ClientError {
  return class extends ClientError {
    constructor(facts: Record<string, Fact> = {}) {
      super(`client.${name}`, facts);
    }
  };
}

/** Nobody is enrolled in this browser. */
export class ProfileAbsent extends kind("profile_absent") {}

/** There is a profile already; it is never overwritten. */
export class ProfileExists extends kind("profile_exists") {}

/** A sealed row does not open: it was altered or is not ours. */
export class ProfileDamaged extends kind("profile_damaged") {}

/** The profile was written by another version of its format. */
export class ProfileUnsupported extends kind("profile_unsupported") {}

/** The profile is locked: the password is needed first. */
export class ProfileLocked extends kind("profile_locked") {}

/** The password does not open the profile or the vault. */
export class WrongPassword extends kind("wrong_password") {}
