/** What both libraries are asked to do, in bytes as they travel. */

export const SUITE = "0x0001";

export interface Peer {
  readonly name: string;
  /** A key package in its message; the private keys stay with the number that it has. */
  keyPackage(number: number): Promise<Uint8Array>;
  /** A group of one, that of number 0. */
  create(): Promise<void>;
  /** Number 0 adds them; gives the Welcome and goes on in the new epoch. */
  admit(keyPackages: readonly Uint8Array[]): Promise<Uint8Array>;
  join(number: number, welcome: Uint8Array): Promise<void>;
  /** An empty commit, or one that removes a leaf, by number 0. */
  commit(removed: number | null): Promise<Uint8Array>;
  process(number: number, commit: Uint8Array): Promise<void>;
  /** Equal for all members of an epoch. */
  authenticator(number: number): Uint8Array;
}
