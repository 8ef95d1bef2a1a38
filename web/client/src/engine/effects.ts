/** What the engine wants done after a transition: it asks, `Duties` does it. All are safe to do twice or never. */

import type { ArchiveSeal } from "../crypto/archive.ts";

export type Effect =
  /** This device has no leaf that it can use, and its officer stands in the roster: join by external commit. */
  | { readonly effect: "join" }
  /** Two officers rejected the newest commit: start a successor group, unless somebody does. */
  | { readonly effect: "succeed" }
  /** The committer's archive seals of this epoch are wrong: upload the right ones, unless somebody does. */
  | {
      readonly effect: "correct_seals";
      readonly groupId: Uint8Array;
      readonly epoch: number;
      readonly seals: readonly ArchiveSeal[];
    }
  /** Somebody asked for keys: answer, unless somebody else does. */
  | {
      readonly effect: "answer_history";
      readonly epochs: readonly { readonly groupId: Uint8Array; readonly epoch: number }[];
    }
  /** He asked to be let go; an organiser's client removes him. */
  | { readonly effect: "remove_leaver"; readonly officerId: string }
  /** There are keys that the vault does not have. */
  | { readonly effect: "save_to_vault" }
  /** Events are missing: subscribe again from the last verified one. */
  | { readonly effect: "catch_up_again" }
  /** A handshake could not be followed: read the log again from its place, whether it is shown otherwise now. */
  | { readonly effect: "read_again" };
