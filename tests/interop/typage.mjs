// npm `age-encryption` (typage), the third implementation of age, as a program: `make-keys`, `seal`, `open`.
//
// Keys and recipients are arguments, because they are a test's. Files are paths; the last one is written.

import { readFile, writeFile } from "node:fs/promises";
import * as age from "age-encryption";

const [command, ...given] = process.argv.slice(2);

const commands = {
  async "make-keys"() {
    for (const identity of [await age.generateX25519Identity(), await age.generateHybridIdentity()]) {
      console.log(identity, await age.identityToRecipient(identity));
    }
  },
  async seal(plaintext, sealed, ...recipients) {
    const encrypter = new age.Encrypter();
    recipients.forEach((recipient) => encrypter.addRecipient(recipient));
    await writeFile(sealed, await encrypter.encrypt(await readFile(plaintext)));
  },
  async open(identity, sealed, plaintext) {
    const decrypter = new age.Decrypter();
    decrypter.addIdentity(identity);
    await writeFile(plaintext, await decrypter.decrypt(await readFile(sealed)));
  },
};

await commands[command](...given);
