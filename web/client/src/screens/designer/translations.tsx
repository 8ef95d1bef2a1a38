/** The words of a form side by side in two languages, and what is missing in each of the six. */

import { useState } from "preact/hooks";

import type { Design } from "../../designer/design.ts";
import type { TemplateDoc } from "../../designer/document.ts";
import { gapsOf, type TextPlace, textsOf, translated } from "../../designer/gaps.ts";
import { isRightToLeft, type Language, language, LANGUAGES, OWN_NAMES, t } from "../../i18n/index.ts";
import { choose } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { Checkbox, Segments } from "../../ui/field.tsx";

/** As many rows are drawn at a time. */
const STEP = 60;

interface TranslationsProps {
  readonly design: Design;
  readonly made: TemplateDoc;
  readonly onChange: (design: Design) => void;
}

export function Translations({ design, made, onChange }: TranslationsProps) {
  const texts = textsOf(made);
  const gaps = gapsOf(texts);
  const [into, setInto] = useState<Language>(() => LANGUAGES.find((one) => one !== language.value && gaps[one] > 0) ?? LANGUAGES.find((one) => one !== language.value)!);
  const [onlyGaps, setOnlyGaps] = useState(true);
  const [most, setMost] = useState(STEP);
  /** Those that were missing when they came in sight stay there while one writes them. */
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const idOf = (text: TextPlace): string => `${into} ${text.kind} ${text.list} ${text.key}`;
  const wanted = texts.filter((text) => !onlyGaps || text.words[into] === undefined || touched.has(idOf(text)));
  const shown = wanted.slice(0, most);
  return (
    <>
      <p class="hint">{t("design.words_hint")}</p>
      <Segments legend={t("design.into")} options={LANGUAGES.map((one) => [one, gaps[one] === 0 ? OWN_NAMES[one] : `${OWN_NAMES[one]} · ${gaps[one]}`])} value={into} onChange={setInto} />
      <p role="status">{t("design.gaps_in", { count: gaps[into], name: OWN_NAMES[into] })}</p>
      <Checkbox checked={onlyGaps} onChange={setOnlyGaps}>
        {t("design.only_gaps")}
      </Checkbox>
      {shown.length > 0 && (
        <table class="words">
          <thead>
            <tr>
              <th scope="col">{t("design.source")}</th>
              <th scope="col">{OWN_NAMES[into]}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((text) => (
              <TextRow
                key={idOf(text)}
                text={text}
                into={into}
                onWrite={(said) => {
                  setTouched((before) => new Set(before).add(idOf(text)));
                  onChange(translated(design, text, into, said));
                }}
              />
            ))}
          </tbody>
        </table>
      )}
      {wanted.length > shown.length && (
        <div class="row">
          <Button look="link" onClick={() => setMost(most + STEP)}>
            {t("design.more_texts", { count: wanted.length - shown.length })}
          </Button>
        </div>
      )}
    </>
  );
}

function TextRow({ text, into, onWrite }: { readonly text: TextPlace; readonly into: Language; readonly onWrite: (said: string) => void }) {
  const others: Record<string, string> = { ...text.words };
  delete others[into];
  // Beside it the reader's language; where that is the one that is written, another.
  const source = choose(Object.keys(others).length > 0 ? others : text.words, language.value);
  return (
    <tr>
      <th scope="row">
        <small class="quiet">{t(`design.text_${text.kind}`)}</small> <span dir="auto">{source}</span>
      </th>
      <td>
        <input class="in" lang={into} dir={isRightToLeft(into) ? "rtl" : "ltr"} aria-label={`${OWN_NAMES[into]}: ${source}`} maxLength={2_000} value={text.words[into] ?? ""} onInput={(event) => onWrite(event.currentTarget.value)} />
      </td>
    </tr>
  );
}
