/** Whether the browser promises to keep what this app stores: asked once there is something worth keeping. */

import { signal } from "@preact/signals";

/** Null while not known. False: the browser may throw everything away when it runs short of room. */
export const storageKept = signal<boolean | null>(null);

export async function askToKeep(storage: Pick<StorageManager, "persist" | "persisted"> | undefined = navigator.storage): Promise<void> {
  if (storage === undefined) return;
  try {
    storageKept.value = (await storage.persisted()) || (await storage.persist());
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    storageKept.value = false; // a private window has no such promise
  }
}
