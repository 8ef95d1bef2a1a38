/** Which files a page may show: raster pictures, known by their first bytes and by nothing that their sender says. */

const starts = (bytes: Uint8Array, at: number, signature: readonly number[]): boolean =>
  signature.every((byte, index) => bytes[at + index] === byte);

const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

/** The media type of a picture that browsers decode and that can hold no script; empty for everything else, SVG too. */
export function pictureType(head: Uint8Array): string {
  if (starts(head, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (starts(head, 0, [0xff, 0xd8, 0xff])) return "image/jpeg";
  if (starts(head, 0, [0x47, 0x49, 0x46, 0x38])) return "image/gif";
  if (starts(head, 0, RIFF) && starts(head, 8, WEBP)) return "image/webp";
  return "";
}
