/** A file's name as its sender says it, made harmless: for screens, and for saving it (twin of `cencomm.client.file_names`). */

const MAX_NAME = 120;
const FALLBACK = "file";
/** Control characters, direction overrides, line separators, what is no character. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const NOT_IN_NAMES = /[<>:"|?*]/g;
const AROUND = /^[ .]+|[ .]+$/g;
const AFTER = /[ .]+$/;
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** No path, no control or direction character, not hidden, no device of Windows, not too long, never empty. */
export function safeName(said: string): string {
  const last = said.replaceAll("\\", "/").split("/").at(-1) ?? "";
  const visible = last.normalize("NFC").replace(INVISIBLE, "").replace(NOT_IN_NAMES, "_").replace(AROUND, "");
  const dot = visible.lastIndexOf(".");
  const ending = [...visible.slice(dot + 1)];
  const kept =
    dot >= 0 && ending.length < MAX_NAME / 4
      ? `${cut(visible.slice(0, dot), MAX_NAME - ending.length - 1)}.${ending.join("")}`
      : cut(visible, MAX_NAME);
  const named = DEVICES.test(kept.split(".", 1)[0] ?? "") ? `_${kept}` : kept;
  return named === "" ? FALLBACK : named;
}

function cut(text: string, most: number): string {
  return [...text].slice(0, most).join("").replace(AFTER, "");
}
