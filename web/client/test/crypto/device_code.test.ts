import { expect, test } from "vitest";

import { toHex } from "../../src/crypto/bytes.ts";
import { DeviceCode, parseDeviceCode } from "../../src/crypto/device_code.ts";
import { Secret } from "../../src/crypto/primitives.ts";
import { askPython } from "../python.ts";
import { OTIENO, deployment } from "./people.ts";

test("a device code of the browser is one for Python, and the same", () => {
  const key = new Secret<"AK">(Uint8Array.from({ length: 32 }, (_, index) => index));
  const url = "https://cencomm.example";
  const code = new DeviceCode(url, deployment(), OTIENO.identityKey, OTIENO.officerId, "Achieng · Ачиенг · أتشينغ", key);
  const said = askPython<string[]>("printed_peer.py", code.text());
  expect(said).toEqual([code.text(), url, code.account, code.displayName, toHex(key)]);
  expect(toHex(parseDeviceCode(said[0]!).encode())).toBe(toHex(code.encode()));
});
