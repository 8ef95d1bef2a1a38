/** Files of a message: name, size, a picture where it is one, and what can be done with them. */

import { useState } from "preact/hooks";

import type { Room } from "../../app/room.ts";
import { useApp } from "../../app/state.ts";
import type { FetchedFile, FileProgress, FileView } from "../../engine/api.ts";
import { byteCount } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { save, useAddress } from "../../ui/address.ts";
import { Button } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";

const MAY_BE_PICTURE = /^image\/(png|jpeg|gif|webp)$/;
/** Larger pictures are fetched by who wants to see them. */
const LARGEST_PREVIEW = 20_000_000;

interface FilesProps {
  readonly files: readonly FileView[];
  readonly room: Room;
  readonly seq: number;
}

/** Of an entry that is stored. */
export function FileList({ files, room, seq }: FilesProps) {
  return (
    <ul class="files">
      {files.map((file, index) => (
        <FileCard key={index} file={file} room={room} seq={seq} index={index} />
      ))}
    </ul>
  );
}

interface FileCardProps {
  readonly file: FileView;
  readonly room: Room;
  readonly seq: number;
  readonly index: number;
}

function FileCard({ file, room, seq, index }: FileCardProps) {
  const app = useApp();
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<FetchedFile | null>(null);
  const address = useAddress(shown?.blob ?? null);
  const fetch = async (then: (fetched: FetchedFile) => void): Promise<void> => {
    setBusy(true);
    await app.attempt(async () => then(shown ?? (await app.engine.fetchFile(room.cugId, seq, index))));
    setBusy(false);
  };
  const show = (fetched: FetchedFile): void => {
    if (fetched.picture === "") app.say("failed", t("file.no_picture"));
    else setShown(fetched);
  };
  const mayShow = MAY_BE_PICTURE.test(file.mediaType) && file.size <= LARGEST_PREVIEW && shown === null;
  return (
    <li class="file">
      {shown !== null && address !== undefined && <img src={address} alt={t("file.picture", { file: file.name })} />}
      <FileLine file={file}>
        {mayShow && (
          <Button look="bare" icon="eye" label={t("file.show", { file: file.name })} disabled={busy} onClick={() => void fetch(show)} />
        )}
        <Button look="bare" icon="download" label={t("file.save", { file: file.name })} busy={busy} onClick={() => void fetch(({ blob, name }) => save(blob, name))} />
      </FileLine>
      {busy && <Progress of={room.progress.value.get(file.hash)} label={t("file.fetching")} />}
    </li>
  );
}

/** Of a message that is not at the server yet. */
export function WaitingFiles({ files, room, clientRef }: { readonly files: readonly FileView[]; readonly room: Room; readonly clientRef: string }) {
  const progress = room.progress.value;
  return (
    <ul class="files">
      {files.map((file, index) => {
        const of = progress.get(file.hash);
        return (
          <li class="file" key={index}>
            <FileLine file={file} />
            {of?.clientRef === clientRef && <Progress of={of} label={t("file.uploading")} />}
          </li>
        );
      })}
    </ul>
  );
}

/** Of a message that is being written. */
export function ChosenFiles({ files, onRemove }: { readonly files: readonly File[]; readonly onRemove: (index: number) => void }) {
  return (
    <ul class="files chosen">
      {files.map((file, index) => (
        <li class="file" key={index}>
          <FileLine file={file}>
            <Button look="bare" icon="x" label={t("file.remove", { file: file.name })} onClick={() => onRemove(index)} />
          </FileLine>
        </li>
      ))}
    </ul>
  );
}

interface FileLineProps {
  readonly file: Pick<FileView, "name" | "size">;
  readonly children?: preact.ComponentChildren;
}

function FileLine({ file, children }: FileLineProps) {
  return (
    <p class="file-line">
      <Icon name="paperclip" />
      <span class="named">
        <FileName name={file.name} /> <span class="size">{byteCount(file.size)}</span>
      </span>
      {children}
    </p>
  );
}

/** What kind of file it is stands at the end of its name, also where the name runs from right to left. */
function FileName({ name }: { readonly name: string }) {
  const dot = name.lastIndexOf(".");
  const end = dot > 0 ? dot : name.length;
  return (
    <bdi translate={false}>
      {name.slice(0, end)}
      <bdi dir="ltr">{name.slice(end)}</bdi>
    </bdi>
  );
}

function Progress({ of, label }: { readonly of: FileProgress | undefined; readonly label: string }) {
  return <progress aria-label={label} max={of?.total ?? 1} {...(of === undefined ? {} : { value: of.done })} />;
}
