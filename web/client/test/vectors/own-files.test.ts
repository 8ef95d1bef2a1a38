/** PROTOCOL §3.7 on the vectors that the Python side makes, and what must not open. */

import { describe, expect, it } from "vitest";

import { concat, toHex } from "../../src/crypto/bytes.ts";
import { CHUNK_BYTES, type FileKey, type FileName, FileChanged, FileOpener, FileRefused, chunkCount, chunkLength, newFileKey, sealChunks, sealedLength } from "../../src/crypto/files.ts";
import { Secret, sha256 } from "../../src/crypto/primitives.ts";
import { hex } from "./mls.ts";
import { ownVectors } from "./own.ts";

interface FileVectors {
  readonly chunk_bytes: number;
  readonly lengths: readonly (readonly [number, number])[];
  readonly files: readonly {
    readonly size: number;
    readonly key: string;
    readonly hash: string;
    readonly length: number;
    readonly chunks: readonly string[];
    readonly ciphertext: string | null;
  }[];
}

const vectors = ownVectors<FileVectors>("files");
const KEY = newFileKey();
const THREE = 2 * CHUNK_BYTES + 9;

const content = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (7 * (at % 251)) % 251);

async function sealed(plain: Uint8Array, key: FileKey = KEY): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of sealChunks(key, plain.length, async (start, end) => plain.slice(start, end))) chunks.push(chunk);
  return chunks;
}

function nameOf(chunks: readonly Uint8Array[]): FileName {
  const whole = concat(...chunks);
  return { hash: sha256(whole), length: whole.length };
}

function opened(chunks: readonly Uint8Array[], name: FileName, size: number, key: FileKey = KEY): Uint8Array {
  const opener = new FileOpener(key, name, size);
  const plain = concat(...chunks.map((chunk) => opener.take(chunk)));
  opener.finish();
  return plain;
}

function refused(chunks: readonly Uint8Array[], name: FileName, size: number): unknown {
  try {
    opened(chunks, name, size);
  } catch (error) {
    if (error instanceof FileRefused) return error.facts["reason"];
    throw error;
  }
  return "opened";
}

describe("files as Python seals them", () => {
  it("have the same lengths", () => {
    expect(vectors.chunk_bytes).toBe(CHUNK_BYTES);
    for (const [size, length] of vectors.lengths) expect(sealedLength(size)).toBe(length);
  });

  it.each(vectors.files)("are sealed to the same bytes: $size", async (one) => {
    const key = new Secret<"file">(hex(one.key));
    const chunks = await sealed(content(one.size), key);
    const name = nameOf(chunks);
    expect(toHex(name.hash)).toBe(one.hash);
    expect(name.length).toBe(one.length);
    expect(chunks.map((chunk) => toHex(sha256(chunk)))).toEqual(one.chunks);
    if (one.ciphertext !== null) expect(toHex(concat(...chunks))).toBe(one.ciphertext);
    expect(chunks.map((chunk) => chunk.length)).toEqual(chunks.map((_, index) => chunkLength(name.length, index)));
    expect(chunkCount(name.length)).toBe(chunks.length);
    expect(toHex(sha256(opened(chunks, name, one.size, key)))).toBe(toHex(sha256(content(one.size))));
  });
});

describe("what is not the file does not open", async () => {
  const [first, second, third] = (await sealed(content(THREE))) as [Uint8Array, Uint8Array, Uint8Array];
  const right = [first, second, third];
  const other = await sealed(content(THREE), newFileKey());

  it.each([
    ["chunks change places", [second, first, third], "does_not_open"],
    ["a chunk of another file", [first, other[1]!, third], "does_not_open"],
    ["another file", other, "does_not_open"],
    ["a byte is another", [Uint8Array.from(first, (byte, at) => (at === 9 ? byte ^ 1 : byte)), second, third], "does_not_open"],
    ["a chunk is cut", [first.slice(1), second, third], "chunk_length"],
    ["a chunk too many", [...right, third], "chunk_length"],
  ])("%s", (_, chunks, reason) => {
    expect(refused(chunks, nameOf(chunks.length === 3 && chunks[0]!.length === first.length ? chunks : right), THREE)).toBe(reason);
  });

  it("is cut between chunks, also under a name and size to match", async () => {
    expect(refused([first, second], nameOf(right), THREE)).toBe("cut");
    expect(refused([], nameOf(right), THREE)).toBe("cut");
    expect(refused([first, second], nameOf([first, second]), 2 * CHUNK_BYTES)).toBe("does_not_open");
  });

  it("has another hash, size or padding than its record says", async () => {
    expect(refused(right, { hash: new Uint8Array(32), length: nameOf(right).length }, THREE)).toBe("hash");
    expect(refused(right, nameOf(right), THREE + 100_000)).toBe("length");
    expect(refused(right, nameOf(right), -1)).toBe("length");
    const small = await sealed(content(20));
    expect(refused(small, nameOf(small), 8)).toBe("padding");
  });

  it("changes while it is sealed", async () => {
    const give = async () => new Uint8Array(3);
    await expect(sealChunks(KEY, 5, give).next()).rejects.toBeInstanceOf(FileChanged);
    await expect(sealChunks(KEY, 2 ** 30 + 1, give).next()).rejects.toBeInstanceOf(FileRefused);
  });
});
