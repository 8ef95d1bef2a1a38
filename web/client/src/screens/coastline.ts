/** The coastline, read once when a map is first looked at; it is kept on the device with the rest of the client. */

import LAND from "world-atlas/land-110m.json?url";
import { useEffect, useState } from "preact/hooks";

import { type Atlas, coastPath } from "../analysis/coast.ts";

let coast: Promise<string> | null = null;

async function readCoast(): Promise<string> {
  const answer = await fetch(LAND);
  if (!answer.ok) throw new TypeError(`the coastline answers ${answer.status}`);
  return coastPath((await answer.json()) as Atlas);
}

/** The path of the coastline, once it is there; the circles do not wait for it. */
export function useCoast(): string {
  const [path, setPath] = useState("");
  useEffect(() => {
    coast ??= readCoast();
    coast.then(setPath, () => (coast = null));
  }, []);
  return path;
}
