// Writes the test vectors of C2SP (npm `cctv-age`), inflated where they are compressed, into a folder: one file for each,
// a head of `key: value` lines, an empty line, and the age file.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import * as vectors from "cctv-age";

const [folder] = process.argv.slice(2);

for (const [name, bytes] of Object.entries(vectors.default ?? vectors)) {
  const end = Buffer.from(bytes).indexOf("\n\n") + 2;
  const head = Buffer.from(bytes.slice(0, end));
  const file = head.includes("\ncompressed: zlib\n") ? inflateSync(bytes.slice(end)) : bytes.slice(end);
  await writeFile(join(folder, name), Buffer.concat([head, file]));
}
