/** Names by which the page reaches bytes that it holds. */

import { useEffect, useState } from "preact/hooks";

/** A name for `blob` that lasts as long as it is on the screen. */
export function useAddress(blob: Blob | null): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (blob === null) return;
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => {
      URL.revokeObjectURL(made);
      setAddress(undefined);
    };
  }, [blob]);
  return address;
}

const REVOKE_MS = 60_000;

/** Hand `blob` to the browser's downloads. It is never opened by the page: a download is saved, whatever it holds. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}
