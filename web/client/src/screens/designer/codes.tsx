/** A list of choices as text: edited here, or pasted from a spreadsheet. */

import { useState } from "preact/hooks";

import { asLines, pastedCodes } from "../../designer/codes.ts";
import type { CodeDoc } from "../../designer/document.ts";
import { language, LANGUAGES, t } from "../../i18n/index.ts";
import { Button } from "../../ui/basics.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";

/** As many wrong lines are named. */
const MOST_ERRORS = 5;

interface CodesDialogProps {
  readonly codes: readonly CodeDoc[];
  readonly name: string;
  readonly onClose: () => void;
  readonly onDone: (codes: readonly CodeDoc[]) => void;
}

export function CodesDialog({ codes, name, onClose, onDone }: CodesDialogProps) {
  const [text, setText] = useState(() => asLines(codes, [language.value, ...LANGUAGES.filter((one) => one !== language.value)]));
  const pasted = pastedCodes(text, language.value, codes);
  const messages = pasted.errors.slice(0, MOST_ERRORS).map(({ line, kind, code }) => ({ tone: "invalid" as const, text: t(`design.line_${kind}`, { line, code }) }));
  /** In the list a tab is a letter like any other: it comes with what is pasted, and Ctrl and Tab write it. */
  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }): void => {
    if (event.key !== "Tab" || !event.ctrlKey) return;
    event.preventDefault();
    event.currentTarget.setRangeText("\t", event.currentTarget.selectionStart, event.currentTarget.selectionEnd, "end");
    setText(event.currentTarget.value);
  };
  return (
    <Dialog
      title={t("design.list_title", { name })}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button look="main" disabled={pasted.errors.length > 0 || pasted.codes.length === 0} onClick={() => onDone(pasted.codes)}>
            {t("design.take_list", { count: pasted.codes.length })}
          </Button>
        </>
      }
    >
      <Field label={t("design.list_lines")} hint={t("design.list_hint")} messages={messages}>
        {(control) => <textarea {...control} class="in code lines" dir="ltr" rows={12} spellcheck={false} wrap="off" value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={onKeyDown} />}
      </Field>
    </Dialog>
  );
}
