/** What an extraction made: the file, its hashes, what is not in it, and how anybody checks it. */

import type { Extracted } from "../../engine/api.ts";
import { t } from "../../i18n/index.ts";
import { useAddress } from "../../ui/address.ts";
import { Button, Note } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";

const MOST_LISTED = 50;

export function Result({ made, onAgain }: { readonly made: Extracted; readonly onAgain: () => void }) {
  const address = useAddress(made.blob) ?? "";
  return (
    <>
      <Note tone="valid" icon="check" alert>
        <b>{t("extract.done", { seq: made.announcedSeq })}</b>
      </Note>
      {made.failures > 0 && (
        <Note tone="warning" icon="triangle-alert">
          {t("extract.failures", { count: made.failures })}
        </Note>
      )}
      <section>
        <h2 class="file-name">
          <bdi translate={false}>{made.fileName}</bdi>
        </h2>
        <div class="row wrap">
          <a class="btn main" download={made.fileName} href={address}>
            <Icon name="download" />
            {t("extract.save")}
          </a>
          <Button onClick={onAgain}>{t("extract.again")}</Button>
        </div>
        <Note tone="personal" icon="lock">
          {t("extract.personal")}
        </Note>
        <dl class="stack tight">
          <Hash label={t("extract.file_hash")} value={made.sha256} />
          <Hash label={t("extract.announced_hash")} value={made.manifestHash} />
        </dl>
      </section>
      {made.unopened.length > 0 && <LeftOut unopened={made.unopened} />}
      <section>
        <h2>{t("extract.check")}</h2>
        <p>{t("extract.check_note")}</p>
        <pre class="command" dir="ltr" translate={false} tabIndex={0}>
          cencomm verify {made.fileName} <span class="nowrap">--root</span> {made.rootPublicKey}
        </pre>
      </section>
      <details>
        <summary>{t("extract.files", { count: made.files.length })}</summary>
        <dl class="stack tight">
          {made.files.map((file) => (
            <Hash key={file.name} label={file.name} value={file.sha256} />
          ))}
        </dl>
      </details>
    </>
  );
}

function Hash({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <dt>
        <bdi>{label}</bdi>
      </dt>
      <dd class="hash" dir="ltr" translate={false}>
        {value}
      </dd>
    </div>
  );
}

function LeftOut({ unopened }: { readonly unopened: Extracted["unopened"] }) {
  return (
    <section>
      <h2>{t("extract.left_out", { count: unopened.length })}</h2>
      <ul class="stack tight small">
        {unopened.slice(0, MOST_LISTED).map(({ seq, reason }) => (
          <li key={seq}>{reason === "locked" ? t("extract.left_locked", { seq }) : t("extract.left_refused", { seq, reason })}</li>
        ))}
      </ul>
      {unopened.length > MOST_LISTED && <p class="small quiet">{t("extract.left_more", { count: unopened.length - MOST_LISTED })}</p>}
    </section>
  );
}
