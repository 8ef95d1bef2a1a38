/** Before a form is published: what stops it, what is different from the version before, which words are missing. */

import { useEffect, useMemo, useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { Design } from "../../designer/design.ts";
import { fieldsIn, nodeOf } from "../../designer/document.ts";
import { gapsOf, textsOf } from "../../designer/gaps.ts";
import type { Problem } from "../../designer/problems.ts";
import type { Trimmed } from "../../designer/trim.ts";
import { list } from "../../i18n/format.ts";
import { language, LANGUAGES, OWN_NAMES, t } from "../../i18n/index.ts";
import { changeFacts, differences } from "../../templates_forms/difference.ts";
import { type FormTemplate, readTemplate } from "../../templates_forms/model.ts";
import { newestForms } from "../../templates_forms/versions.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { STANDARD, standardForm } from "../form/standard.ts";
import { codeLabel } from "../form/wording.ts";
import { problemText, ruleName, said } from "./wording.ts";

interface PublishProps {
  readonly room: Room;
  readonly design: Design;
  readonly made: Trimmed;
  readonly problems: readonly Problem[];
  readonly onClose: () => void;
  readonly onPublished: () => void;
}

/** The version that it will be: after every one that the group has. */
function versionOf(design: Design, before: FormTemplate | undefined): number {
  return Math.max(design.document.version, (before?.version ?? 0) + 1);
}

export function PublishDialog({ room, design, made, problems, onClose, onPublished }: PublishProps) {
  const app = useApp();
  const [busy, setBusy] = useState(false);
  const published = newestForms([...room.templates.value.values()]).find(({ id }) => id === design.document.id);
  const before = useFormBefore(design, published);
  const version = versionOf(design, published);
  const fresh = useMemo(() => JSON.stringify({ ...made.document, version }), [made, version]);
  const publish = async (): Promise<void> => {
    setBusy(true);
    const isDone = await app.attempt(() => app.engine.publishTemplate(room.cugId, fresh), t("design.published"));
    setBusy(false);
    if (isDone) onPublished();
  };
  return (
    <Dialog
      title={t("design.publish_title", { name: said(design.document.labels) })}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button look="main" icon="send" busy={busy} disabled={problems.length > 0 || before === undefined} onClick={() => void publish()}>
            {t("design.publish_version", { version })}
          </Button>
        </>
      }
    >
      {problems.length > 0 && <Problems design={design} problems={problems} />}
      {before === null ? <p>{t("design.first_version", { count: fieldsIn(made.document).length })}</p> : before !== undefined && <Changes old={before} document={fresh} isPublished={published !== undefined} />}
      <Gaps made={made} />
      <p class="hint">{t("design.publish_note")}</p>
    </Dialog>
  );
}

/** The published version, else the form that comes with CENcomm; null where there is neither, undefined while it loads. */
function useFormBefore(design: Design, published: FormTemplate | undefined): FormTemplate | null | undefined {
  const name = STANDARD.find((one) => one === design.document.id);
  const app = useApp();
  const [standard, setStandard] = useState<FormTemplate | null | undefined>(name === undefined ? null : undefined);
  useEffect(() => {
    if (name !== undefined && published === undefined) void app.attempt(async () => setStandard(readTemplate("", await standardForm(name))));
  }, [name, published]);
  return published ?? standard;
}

function Problems({ design, problems }: { readonly design: Design; readonly problems: readonly Problem[] }) {
  const nameOfPart = ({ at, isRule }: Problem): string => (isRule ? ruleName(design.document.rules?.find(({ key }) => key === at)) : said((at === "" ? design.document : nodeOf(design.document, at))?.labels));
  return (
    <Note tone="invalid" icon="circle-alert" alert>
      <p class="strong">{t("design.to_correct", { count: problems.length })}</p>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.at} ${problem.kind} ${problem.member}`}>{t("form.at_field", { field: nameOfPart(problem), finding: problemText(problem) })}</li>
        ))}
      </ul>
    </Note>
  );
}

function Changes({ old, document, isPublished }: { readonly old: FormTemplate; readonly document: string; readonly isPublished: boolean }) {
  const fresh = useMemo(() => readTemplate("", document), [document]);
  const changes = useMemo(() => differences(old.document, document), [old, document]);
  const wordOf = (template: FormTemplate, codes: string, code: string): string => codeLabel(template.codeLists.get(codes), code);
  return (
    <section class="stack tight">
      <h3>{isPublished ? t("event.changes", { version: old.version }) : t("design.changes_standard")}</h3>
      {changes.length === 0 && <p>{t("design.no_changes")}</p>}
      <ul class="changes-list">
        {changes.map((change) => (
          <li key={`${change.kind} ${change.key}`}>{t(`change.${change.kind}`, changeFacts(change, old, fresh, language.value, wordOf))}</li>
        ))}
      </ul>
    </section>
  );
}

function Gaps({ made }: { readonly made: Trimmed }) {
  const gaps = gapsOf(textsOf(made.document));
  const open = LANGUAGES.filter((one) => gaps[one] > 0);
  if (open.length === 0) return null;
  return (
    <Note tone="warning" icon="triangle-alert">
      {t("design.gaps_note", { languages: list(open.map((one) => OWN_NAMES[one])) })}
    </Note>
  );
}
