/**
 * Excel workbooks that hold exactly what went in: text stays text, numbers that Excel would round stay text (twin of
 * `cencomm.export.xlsx`, cell by cell; ISO/IEC 29500-1).
 *
 * A cell of Excel holds 32,767 UTF-16 units. What is longer stands in the sheet "Long text" in pieces, and its cell says
 * where. Sheets are written row by row, so that memory does not grow with them; every text is an inline string, and
 * nothing is ever written as a formula or a link.
 */

import { type Cell, type Column, DecimalText, Day, Moment, type Row, type Table, asText } from "./table.ts";
import type { FileWriter } from "./written_file.ts";
import { ROOT_RELATIONS, STYLES, Style, contentTypes, workbookRelations, workbookXml } from "./xlsx_parts.ts";
import { ZipWriter } from "./zip.ts";

export const LONG_TEXT = "Long text";
const MAX_CELL_UNITS = 32_767;
/** Half of what a cell takes: a character outside the basic plane counts twice. */
const PIECE_CHARACTERS = 16_000;
/** Excel keeps numbers as binary doubles: more digits would be rounded. */
const EXACT_DIGITS = 15;
/** Further behind the point nothing is measured, and a double may lose it. */
const EXACT_PLACES = 30;
/** Excel's calendar before has a day that never was. */
const FIRST_DATE = "1900-03-01";
const DAY_MS = 24 * 3600 * 1000;
/** Days from Excel's first day to 1970. */
const DAYS_TO_1970 = 25_569;
const MAX_SHEET_NAME = 31;
const NOT_IN_SHEET_NAMES = /[[\]:*?/\\'\u0000-\u001f\ufffe\uffff]/gu;
const CHUNK_CHARACTERS = 64 * 1024;
/** Excel adds this to the width of characters. */
const WIDTH_PADDING = 0.7109375;

const LONG_COLUMNS: readonly Column[] = [
  { key: "number", title: "Number", kind: "text", width: 10 },
  { key: "piece", title: "Piece", kind: "text", width: 10 },
  { key: "text", title: "Text", kind: "text", width: 80 },
];

/** Rows under titles with a filter, text to read, or the pieces of long texts, which nobody filters. */
type Look = "list" | "prose" | "pieces";

export interface SheetPlace {
  readonly name: string;
  /** `A1:C7`, or empty for a sheet without filter. */
  readonly filter: string;
}

/** One workbook that is being written, sheet after sheet: `sheet`, its `row`s, the next `sheet` …, `finish`. */
export class XlsxWriter {
  readonly #zip: ZipWriter;
  readonly #rightToLeft: boolean;
  readonly #sheets: SheetPlace[] = [];
  readonly #names = new Set([LONG_TEXT.toLowerCase()]);
  readonly #longTexts: string[] = [];
  #columns: readonly Column[] = [];
  #rows = 0;
  /** Of the sheet that is being written. */
  #look: Look | null = null;
  #text = "";

  constructor(into: FileWriter, rightToLeft: boolean) {
    this.#zip = new ZipWriter(into);
    this.#rightToLeft = rightToLeft;
  }

  /** The first row holds the titles, frozen and with a filter; prose has neither, and is one page wide in print. */
  sheet({ name, columns, isProse = false }: Pick<Table, "name" | "columns" | "isProse">): void {
    this.#endSheet();
    this.#begin(this.#sheetName(name), columns, this.#rightToLeft, isProse ? "prose" : "list");
  }

  row(row: Row): void {
    const number = ++this.#rows;
    const cell = this.#look === "prose" ? this.#prose : this.#cell;
    this.#add(`<row r="${number}">${row.map((value, at) => cell.call(this, value, `${columnName(at)}${number}`, at)).join("")}</row>`);
  }

  finish(): void {
    this.#endSheet();
    if (this.#longTexts.length > 0) this.#writeLongTexts();
    this.#endSheet();
    const parts: readonly (readonly [string, string])[] = [
      ["xl/workbook.xml", workbookXml(this.#sheets)],
      ["xl/_rels/workbook.xml.rels", workbookRelations(this.#sheets.length)],
      ["xl/styles.xml", STYLES],
      ["_rels/.rels", ROOT_RELATIONS],
      ["[Content_Types].xml", contentTypes(this.#sheets.length)],
    ];
    for (const [name, xml] of parts) {
      this.#zip.begin(name);
      this.#zip.writeText(xml);
    }
    this.#zip.finish();
  }

  // -------------------------------------------------------------- sheets

  #begin(name: string, columns: readonly Column[], rightToLeft: boolean, look: Look): void {
    this.#sheets.push({ name, filter: "" });
    this.#columns = columns;
    this.#look = look;
    this.#rows = 0;
    this.#zip.begin(`xl/worksheets/sheet${this.#sheets.length}.xml`);
    const view = `${rightToLeft ? ' rightToLeft="1"' : ""}${this.#sheets.length === 1 ? ' tabSelected="1"' : ""}${look === "prose" ? ' showGridLines="0"' : ""}`;
    const titles = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>';
    const widths = columns.map(({ width }, at) => `<col min="${at + 1}" max="${at + 1}" width="${width + WIDTH_PADDING}" customWidth="1"/>`);
    this.#add(
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
        `${look === "prose" ? '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' : ""}<sheetViews><sheetView${view} workbookViewId="0">${look === "prose" ? "" : titles}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>` +
        `${widths.length === 0 ? "" : `<cols>${widths.join("")}</cols>`}<sheetData>`,
    );
    if (look === "prose") return;
    this.#rows = 1;
    this.#add(`<row r="1">${columns.map(({ title }, at) => inline(this.#cellText(title), `${columnName(at)}1`, Style.HEADER)).join("")}</row>`);
  }

  #endSheet(): void {
    const sheet = this.#sheets.at(-1);
    if (sheet === undefined || this.#look === null) return;
    const filter = this.#look === "list" && this.#columns.length > 0 ? `A1:${columnName(this.#columns.length - 1)}${this.#rows}` : "";
    this.#add(`</sheetData>${filter === "" ? "" : `<autoFilter ref="${filter}"/>`}${this.#look === "prose" ? '<pageSetup fitToHeight="0"/>' : ""}</worksheet>`);
    this.#flush();
    this.#sheets[this.#sheets.length - 1] = { ...sheet, filter };
    this.#look = null;
  }

  /** A name that Excel takes and that is not used yet. */
  #sheetName(wanted: string): string {
    const trimmed = wanted.replace(NOT_IN_SHEET_NAMES, " ").replace(/^ +| +$/gu, "");
    const base = cut(trimmed, MAX_SHEET_NAME) || "Sheet";
    let name = base;
    for (let number = 2; this.#names.has(name.toLowerCase()); number++) {
      const suffix = ` ${number}`;
      name = cut(base, MAX_SHEET_NAME - suffix.length) + suffix;
    }
    this.#names.add(name.toLowerCase());
    return name;
  }

  #writeLongTexts(): void {
    this.#begin(LONG_TEXT, LONG_COLUMNS, false, "pieces");
    this.#longTexts.forEach((text, at) => {
      pieces(text).forEach((piece, place) => {
        const row = ++this.#rows;
        this.#add(`<row r="${row}">${number(String(at + 1), `A${row}`)}${number(String(place + 1), `B${row}`)}${inline(piece, `C${row}`)}</row>`);
      });
    });
  }

  // -------------------------------------------------------------- cells

  #cell(value: Cell, place: string): string {
    if (value === null || value === "") return "";
    if (typeof value === "boolean") return `<c r="${place}" t="b"><v>${value ? 1 : 0}</v></c>`;
    if (value instanceof Moment && value.text >= FIRST_DATE) return number(String(value.atMs / DAY_MS + DAYS_TO_1970), place, Style.TIME);
    if (value instanceof Day && value.text >= FIRST_DATE) return number(String(Date.parse(value.text) / DAY_MS + DAYS_TO_1970), place, Style.DATE);
    if ((typeof value === "number" || value instanceof DecimalText) && isExact(asText(value))) return number(asText(value), place);
    return inline(this.#cellText(asText(value)), place);
  }

  /** Names stand at the beginning of each line. */
  #prose(value: Cell, place: string, at: number): string {
    return inline(this.#cellText(asText(value)), place, at === 0 ? Style.NAME : Style.PROSE);
  }

  #cellText(text: string): string {
    if (!needsPieces(text)) return text;
    this.#longTexts.push(text);
    return `[${LONG_TEXT} ${this.#longTexts.length}]`;
  }

  #add(xml: string): void {
    this.#text += xml;
    if (this.#text.length >= CHUNK_CHARACTERS) this.#flush();
  }

  #flush(): void {
    this.#zip.writeText(this.#text);
    this.#text = "";
  }
}

function number(value: string, place: string, style = Style.PLAIN): string {
  return `<c r="${place}"${style === Style.PLAIN ? "" : ` s="${style}"`}><v>${value}</v></c>`;
}

function inline(text: string, place: string, style = Style.PLAIN): string {
  const preserved = /^\s|\s$/u.test(text) ? ' xml:space="preserve"' : "";
  return `<c r="${place}"${style === Style.PLAIN ? "" : ` s="${style}"`} t="inlineStr"><is><t${preserved}>${escaped(text)}</t></is></c>`;
}

/** Exactly these. */
const NOT_IN_XML = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/gu;

/** What XML cannot hold as `_xHHHH_`, and what looks like that with its underscore escaped (ISO/IEC 29500-1 §22.9.2.19). */
function escaped(text: string): string {
  return text
    .replace(/_x[0-9a-fA-F]{4}_/gu, "_x005F$&")
    .replace(NOT_IN_XML, (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** Whether a double holds every digit; `text` is a decimal number without exponent. */
function isExact(text: string): boolean {
  const [whole = "", places = ""] = text.replace("-", "").split(".");
  if (places.length > EXACT_PLACES || whole.replace(/^0+/u, "").length > EXACT_DIGITS) return false;
  return (whole + places).replace(/^0+|0+$/gu, "").length <= EXACT_DIGITS;
}

/** What the other writer takes for its own markup goes apart, too, so that both say the same. */
function needsPieces(text: string): boolean {
  return (text.startsWith("<r>") && text.endsWith("</r>")) || text.length > MAX_CELL_UNITS;
}

/** Parts that each fit a cell; the first one is short where the whole would be markup. */
function pieces(text: string): string[] {
  const signs = [...text];
  const size = signs.length > PIECE_CHARACTERS ? PIECE_CHARACTERS : 2;
  const found = [signs.slice(0, size).join("")];
  for (let start = size; start < signs.length; start += PIECE_CHARACTERS) found.push(signs.slice(start, start + PIECE_CHARACTERS).join(""));
  return found;
}

/** As much of the text as so many UTF-16 units hold, which is how Excel counts. */
function cut(text: string, units: number): string {
  return text.slice(0, units).replace(/[\ud800-\udbff]$/u, "");
}

/** A, B … Z, AA … of a column from 0. */
function columnName(at: number): string {
  let name = "";
  for (let rest = at + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}
