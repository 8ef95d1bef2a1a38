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

/** Another tab writes now: this one must not. */
export class ProfileTakenOver extends kind("profile_taken_over") {}

/** The password does not open the profile or the vault. */
export class WrongPassword extends kind("wrong_password") {}

/** The browser gives no more room; what was stored before is whole. */
export class StorageFull extends kind("storage_full") {}

/** The browser's database does not work (`name` is the browser's own word); what was stored before is whole. */
export class StorageFailed extends kind("storage_failed") {}

/** Do something with the browser's database. Throws StorageFull, StorageFailed, ProfileUnsupported in its place. */
export async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error);
  }
}

function storageError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === "QuotaExceededError") return new StorageFull();
  if (error.name === "VersionError") return new ProfileUnsupported();
  return new StorageFailed({ name: error.name });
}
