/** Records as a table: filtered, sorted, with the columns that the reader chose; a page of rows is drawn at a time. */

import { useEffect, useMemo, useState } from "preact/hooks";

import type { FormItem } from "../../app/newest.ts";
import type { Room } from "../../app/room.ts";
import { decimal } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button, Empty, State } from "../../ui/basics.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ColumnsDialog } from "./columns-dialog.tsx";
import { type Column, stateOf } from "./columns.ts";
import { Filters } from "./filters.tsx";
import { chosenRecords, FIRST_COLUMNS, FIRST_SORTING, shownColumns, type Sorting, sortedRecords, type Wanted } from "./rows.ts";

/** As many rows as are drawn at once, however many there are. */
const PAGE = 50;

/** The columns that were chosen in each group, for as long as the profile is open. */
const chosenColumns = new WeakMap<Room, readonly string[]>();

interface TableProps {
  readonly room: Room;
  readonly records: readonly FormItem[];
  readonly columns: readonly Column[];
  readonly wanted: Wanted;
  readonly onWanted: (wanted: Wanted) => void;
  readonly onOpen: (record: FormItem) => void;
}

export function RecordsTable({ room, records, columns, wanted, onWanted, onOpen }: TableProps) {
  const [sorting, setSorting] = useState(FIRST_SORTING);
  const [keys, setKeys] = useState<readonly string[]>(() => chosenColumns.get(room) ?? FIRST_COLUMNS);
  const [choosing, setChoosing] = useState(false);
  const chosen = useMemo(() => chosenRecords(records, columns, wanted), [records, columns, wanted]);
  const sorted = useMemo(() => sortedRecords(chosen, columns, sorting), [chosen, columns, sorting]);
  const shown = shownColumns(columns, keys);
  const choose = (columnKeys: readonly string[]): void => {
    chosenColumns.set(room, columnKeys);
    setKeys(columnKeys);
  };
  return (
    <div class="table-view">
      <Filters records={records} columns={columns} templates={room.templates.value} wanted={wanted} onChange={onWanted} onColumns={() => setChoosing(true)} />
      <Rows rows={sorted} all={records.length} columns={shown} sorting={sorting} onSort={setSorting} onOpen={onOpen} />
      {choosing && <ColumnsDialog columns={columns} chosen={keys} onChoose={choose} onClose={() => setChoosing(false)} />}
    </div>
  );
}

interface RowsProps {
  readonly rows: readonly FormItem[];
  readonly all: number;
  readonly columns: readonly Column[];
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly onOpen: (record: FormItem) => void;
}

function Rows({ rows, all, columns, sorting, onSort, onOpen }: RowsProps) {
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE));
  const at = Math.min(page, pages - 1);
  useEffect(() => setPage(0), [sorting]);
  const first = at * PAGE;
  const drawn = rows.slice(first, first + PAGE);
  const count = rows.length === all ? t("table.count", { count: all }) : t("table.count_of", { shown: rows.length, count: all });
  return (
    <>
      <p class="small quiet" role="status">
        {count}
      </p>
      {rows.length === 0 ? (
        <Empty title={t("ui.no_match")} text={t("table.none")} />
      ) : (
        <div class="table-box" role="region" aria-label={t("analysis.table")} tabIndex={0}>
          <table class="records" aria-rowcount={rows.length + 1}>
            <thead>
              <tr aria-rowindex={1}>
                {columns.map((column) => (
                  <Head key={column.key} column={column} sorting={sorting} onSort={onSort} />
                ))}
                <th scope="col">
                  <span class="vh">{t("ui.open")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {drawn.map((record, row) => (
                <Row key={record.seq} record={record} index={first + row + 2} columns={columns} onOpen={onOpen} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages > 1 && (
        <nav class="row wrap end" aria-label={t("table.pages")}>
          <span class="small quiet push">{t("table.rows", { first: first + 1, last: first + drawn.length, count: rows.length })}</span>
          <Button disabled={at === 0} onClick={() => setPage(at - 1)}>
            {t("table.before")}
          </Button>
          <Button disabled={at === pages - 1} onClick={() => setPage(at + 1)}>
            {t("table.after")}
          </Button>
        </nav>
      )}
    </>
  );
}

/** Its button sorts by the column, once more the other way round. */
function Head({ column, sorting, onSort }: { readonly column: Column; readonly sorting: Sorting; readonly onSort: (sorting: Sorting) => void }) {
  const sorted = sorting.column === column.key;
  const turned = sorted ? !sorting.descending : column.kind === "time";
  return (
    <th scope="col" class={column.kind === "number" ? "num" : ""} aria-sort={sorted ? (sorting.descending ? "descending" : "ascending") : undefined}>
      <button type="button" class="sorter" onClick={() => onSort({ column: column.key, descending: turned })}>
        {column.label}
        {sorted && <Icon name={sorting.descending ? "chevron-down" : "chevron-up"} />}
      </button>
    </th>
  );
}

interface RowProps {
  readonly record: FormItem;
  readonly index: number;
  readonly columns: readonly Column[];
  readonly onOpen: (record: FormItem) => void;
}

function Row({ record, index, columns, onOpen }: RowProps) {
  return (
    <tr aria-rowindex={index}>
      {columns.map((column) => (
        <td key={column.key} class={column.kind === "number" ? "num" : ""}>
          <Cell record={record} column={column} />
        </td>
      ))}
      <td>
        <Button look="link" icon="file-text" label={t("table.open", { number: decimal(String(record.seq)) })} onClick={() => onOpen(record)} />
      </td>
    </tr>
  );
}

const TONES = { valid: "valid", warning: "warning", invalid: "invalid", unjudged: "pending" } as const;

function Cell({ record, column }: { readonly record: FormItem; readonly column: Column }) {
  if (column.key === ":state") return <State tone={TONES[stateOf(record)]}>{column.text(record)}</State>;
  const text = column.text(record);
  return text === "" ? <span class="faint">–</span> : <bdi>{text}</bdi>;
}
