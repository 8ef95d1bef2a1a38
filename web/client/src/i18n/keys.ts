/** The keys that `t` takes, out of the one file of English sentences: a key that is not there does not compile. */

import type messages from "../../../../cencomm/i18n/messages.json";

type Own<Key> = Key extends `web.${infer Name}` ? Name : never;
type Shared<Key> = Key extends `finding.${string}` | `change.${string}` ? Key : never;

export type MessageKey = Own<keyof typeof messages> | Shared<keyof typeof messages>;
