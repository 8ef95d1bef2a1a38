/** All records of a group, for a screen as long as it is shown. */

import { useEffect, useState } from "preact/hooks";

import type { FormItem } from "../app/newest.ts";
import { Records } from "../app/records.ts";
import type { Room } from "../app/room.ts";
import { useApp } from "../app/state.ts";

/** Null until they have been read once. */
export function useRecords(room: Room | null): readonly FormItem[] | null {
  const app = useApp();
  const [records, setRecords] = useState<Records | null>(null);
  useEffect(() => {
    if (room === null) return undefined;
    const made = new Records(app.engine, room.cugId);
    const end = made.follow();
    setRecords(made);
    void app.attempt(() => made.load());
    return end;
  }, [room]);
  return records?.all.value ?? null;
}
