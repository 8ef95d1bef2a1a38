/** Under a form that was published: what is different from the version before it. */

import { useMemo } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { language, t } from "../../i18n/index.ts";
import { changeFacts, differences } from "../../templates_forms/difference.ts";
import type { FormTemplate } from "../../templates_forms/model.ts";
import { codeLabel } from "../form/wording.ts";

export function Changes({ hash, room }: { readonly hash: string; readonly room: Room }) {
  const templates = room.templates.value;
  const fresh = templates.get(hash);
  const old = fresh === undefined ? undefined : versionBefore(fresh, [...templates.values()]);
  const changes = useMemo(() => (fresh === undefined || old === undefined ? [] : differences(old.document, fresh.document)), [old, fresh]);
  if (fresh === undefined || old === undefined || changes.length === 0) return null;
  return (
    <details class="changes">
      <summary>{t("event.changes", { version: old.version })}</summary>
      <ul>
        {changes.map((change) => (
          <li key={`${change.kind} ${change.key}`}>{t(`change.${change.kind}`, changeFacts(change, old, fresh, language.value, wordOf))}</li>
        ))}
      </ul>
    </details>
  );
}

function wordOf(template: FormTemplate, list: string, code: string): string {
  return codeLabel(template.codeLists.get(list), code);
}

/** The newest version of the same form that is older; undefined where it is the first. */
export function versionBefore(fresh: FormTemplate, all: readonly FormTemplate[]): FormTemplate | undefined {
  const older = all.filter(({ id, version }) => id === fresh.id && version < fresh.version);
  return older.sort((one, other) => other.version - one.version)[0];
}
