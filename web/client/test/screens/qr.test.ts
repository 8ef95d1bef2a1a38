import { encodeQR } from "qr";
import { decodeQR } from "qr/decode.js";
import { expect, test } from "vitest";

import { inGroups } from "../../src/screens/gate/entering.ts";

const CODE = `cencommdevice1:${"czuhi5dqhixs6mjsg4xdalrqfyytumzuha3dgb3l".repeat(6)}`;
const SCALE = 4;

test("a device code that is shown as the screen shows it is read as the camera's fallback reads it", () => {
  const link = `https://cencomm.example/#code=${CODE}`;
  const modules = encodeQR(link, "raw", { ecc: "low", border: 4 });
  const side = modules.length * SCALE;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (modules[Math.floor(y / SCALE)]![Math.floor(x / SCALE)]) data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
    }
  }
  expect(decodeQR({ width: side, height: side, data })).toBe(link);
});

test("groups to type are the code again without their spaces", () => {
  expect(inGroups(CODE).replaceAll(" ", "")).toBe(CODE);
  expect(inGroups(CODE).split(" ").slice(1).every((group) => group.length === 5)).toBe(true);
});
