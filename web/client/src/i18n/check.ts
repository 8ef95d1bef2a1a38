/** `npm run i18n`: six languages of the screens, none with a gap. */

import { readOwn, TRANSLATED } from "./files.ts";
import { MESSAGES } from "./messages.ts";
import { problems } from "./po.ts";

const found = TRANSLATED.flatMap((language) => problems(language, MESSAGES, readOwn(language)));
for (const problem of found) process.stderr.write(`${problem}\n`);
process.stdout.write(`i18n: ${Object.keys(MESSAGES).length} messages in ${TRANSLATED.length + 1} languages, ${found.length} problems\n`);
process.exitCode = found.length === 0 ? 0 : 1;
