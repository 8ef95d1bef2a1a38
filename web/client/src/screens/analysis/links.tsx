/** Records that name the same thing, and a way into each of them. */

import { useMemo } from "preact/hooks";

import { links } from "../../analysis/links.ts";
import type { Reported } from "../../analysis/reported.ts";
import type { FormItem } from "../../app/newest.ts";
import { countryName, decimal } from "../../i18n/format.ts";
import { language, t } from "../../i18n/index.ts";
import { choose } from "../../templates_forms/model.ts";
import { Button } from "../../ui/basics.tsx";
import { administrationOf } from "../people.ts";
import type { Templates } from "./columns.ts";

interface LinksProps {
  readonly reported: readonly Reported[];
  readonly records: readonly FormItem[];
  readonly templates: Templates;
  readonly onOpen: (record: FormItem) => void;
}

export function Links({ reported, records, templates, onOpen }: LinksProps) {
  const found = useMemo(() => links(reported), [reported]);
  const byRef = useMemo(() => new Map(records.map((record) => [record.clientRef, record])), [records]);
  return (
    <section>
      <h2>{t("figures.links")}</h2>
      {found.length === 0 ? (
        <p class="quiet">{t("figures.no_links")}</p>
      ) : (
        <div class="scroll" role="region" tabIndex={0} aria-label={t("figures.links")}>
          <table class="counts">
            <thead>
              <tr>
                <th scope="col">{t("figures.same")}</th>
                <th scope="col">{t("figures.named")}</th>
                <th scope="col">{t("room.records")}</th>
              </tr>
            </thead>
            <tbody>
              {found.map(({ by, value, refs }) => (
                <tr key={`${by} ${value}`}>
                  <th scope="row">{questionText(templates, by)}</th>
                  <td>
                    <bdi dir="ltr" class="code">
                      {value}
                    </bdi>
                  </td>
                  <td>
                    {refs.map((ref) => {
                      const record = byRef.get(ref);
                      if (record === undefined) return null;
                      return (
                        <Button look="link" key={ref} onClick={() => onOpen(record)}>
                          {t("figures.record_of", { number: decimal(String(record.seq)), country: countryName(administrationOf(record.officerId)) })}
                        </Button>
                      );
                    })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** What the first form that asks it calls it. */
function questionText(templates: Templates, by: string): string {
  const key = by.split(".").at(-1)!;
  const field = [...templates.values()].map((template) => template.fields.get(key)).find((one) => one !== undefined);
  return field === undefined ? key : choose(field.labels, language.value);
}
