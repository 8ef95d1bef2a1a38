/** An engine without a server, for screenshots and tests of the screens only: made-up officers, made-up goods. */

import { type Account, type CugSummary, type CugView, type Draft, type EngineApi, type EngineCalls, EngineError, type EngineEvent, type Extracted, type FileView, type FormWanted, type KnownAccount, type Item, type ItemContent, type Listener, type Member, type RoleName, type Safety, type Status, type TemplateView, type TextWanted, type Waiting } from "../../src/engine/api.ts";
import { reportsOf } from "./reports.ts";

export const NOW = Date.UTC(2026, 10, 22, 1, 52);
const MINUTE = 60_000;
const HASH = "5f".repeat(32);
const WARNING = "6a".repeat(32);
const FEEDBACK = "7b".repeat(32);
const LONG = "8c".repeat(32);

export const id = (number: number): string => number.toString(16).padStart(2, "0").repeat(16);

const PEOPLE: readonly (readonly [officerId: string, name: string, role: RoleName])[] = [
  ["FR/moreau", "T. Moreau", "organiser"],
  ["MA/lahlou", "R. Lahlou", "officer"],
  ["ES/ferrer", "M. Ferrer", "officer"],
  ["OCU/haddad", "A. Haddad", "ocu"],
  ["BR/andrade", "C. Andrade", "officer"],
  ["RU/sokolova", "Е. Соколова", "officer"],
  ["KE/otieno", "Otieno W.", "ncp"],
  ["PT/almeida", "J. Almeida", "observer"],
];

export const ACCOUNT: Account = {
  account: "FR/moreau",
  kind: "officer",
  displayName: "T. Moreau",
  serverUrl: "https://cencomm.example",
  deploymentId: id(1),
  rootPublicKey: "ab".repeat(32),
  deviceId: "FR/moreau/laptop",
  certified: true,
};

const KNOWN: KnownAccount = { id: "cencomm-1", account: ACCOUNT.account, displayName: ACCOUNT.displayName, serverUrl: ACCOUNT.serverUrl };

const MEMBERS: readonly Member[] = PEOPLE.map(([officerId, displayName, role]) => ({
  officerId,
  displayName,
  role,
  administration: officerId.split("/")[0]!,
  devices: [`${officerId}/laptop`, ...(officerId === "MA/lahlou" ? [`${officerId}/phone`] : [])],
}));

const SEIZURE = {
  reporting_country: "MA",
  national_case_ref: "TM-2026-0147",
  operation_code: "TIDEMARK26",
  sharing_targets: ["group"],
  offence_at: "2026-11-22T00:10+01:00",
  offence_country: "MA",
  location_type: "seaport",
  offence_location: "MAPTM",
  direction: "transhipment",
  departure_country: "BR",
  destination_country: "BE",
  transport_mode: "1",
  traffic_type: "cargo",
  item: [
    { heading: "drugs", product: "cocaine_hcl", quantity: "412", unit: "KGM", quantity_basis: "weighed" },
    { heading: "tobacco", product: "cigarettes", quantity: "1420", unit: "x_cig_carton", quantity_basis: "counted" },
  ],
  detection_method: "warning",
  linked_warning: "W-0061",
  persons_arrested: 2,
  remarks: "Packages behind the evaporator panel of a refrigerated container. New rivets on the inner wall.",
};

const RUSSIAN_SEIZURE = {
  ...SEIZURE,
  reporting_country: "RU",
  national_case_ref: "10216000/221126",
  offence_country: "RU",
  offence_location: "RULED",
  direction: "import",
  departure_country: "EC",
  destination_country: "RU",
  item: [{ heading: "drugs", product: "cannabis_resin", quantity: "18.2", unit: "H87", quantity_basis: "weighed" }],
  remarks: "Обнаружено при досмотре сборного груза.",
};

interface Said {
  readonly from: string;
  readonly minutes: number;
  readonly content: ItemContent | null;
  readonly extra?: Partial<Item>;
}

const chat = (text: string, lang: string, mentions: readonly string[] = [], replyTo = ""): ItemContent => ({ kind: "chat", text, lang, replyTo, mentions });
const form = (answers: typeof SEIZURE): ItemContent => ({ kind: "form", templateHash: HASH, templateId: "simplified_seizure", version: "1", recordId: id(7), replaces: "", answers: answers as never });

const SAID: readonly Said[] = [
  { from: "FR/moreau", minutes: 1500, content: { kind: "profile", title: "TIDEMARK 26", operationCode: "TIDEMARK26", about: "" }, extra: { kind: "profile" } },
  { from: "FR/moreau", minutes: 1498, content: { kind: "template", templateHash: HASH }, extra: { kind: "template" } },
  { from: "FR/moreau", minutes: 1496, content: { kind: "members", change: { added: ["MA/lahlou", "ES/ferrer", "OCU/haddad", "RU/sokolova"], removed: [], roles: [], identityChanged: [], devicesAdded: [], devicesRemoved: [] } }, extra: { kind: "members" } },
  { from: "BR/andrade", minutes: 240, content: chat("Reefer container QTMU 581204-0 left Santos on 3 November, frozen fruit pulp, first-time shipper. Please look at it before transhipment.", "en") },
  { from: "MA/lahlou", minutes: 234, content: chat("الحاوية على الرصيف 7 منذ الساعة 21:40. طلبنا الفحص بالأشعة قبل إعادة الشحن، والختم على الباب هو ML-2214909 وليس 907 كما في البيان.", "ar") },
  { from: "ES/ferrer", minutes: 229, content: chat("Noted, a replaced seal. The feeder leaves you at 02:30. If you release the box we take it at terminal A, crew is on call.", "en", [], "ref-4") },
  { from: "RU/sokolova", minutes: 200, content: chat("Тот же отправитель проходил у нас в сентябре: контейнер TCLU 4419872, порт Усть-Луга. Документы направлю отдельной записью.", "ru") },
  { from: "MA/lahlou", minutes: 78, content: form(SEIZURE), extra: { kind: "form", findings: [] } },
  { from: "RU/sokolova", minutes: 52, content: form(RUSSIAN_SEIZURE as never), extra: { kind: "form", findings: [{ rule: "Q03", level: "error", path: "item[0].quantity" }, { rule: "M11", level: "warn", path: "transport_mode" }] } },
  { from: "KE/otieno", minutes: 40, content: null, extra: { kind: "locked", standing: "locked" } },
  { from: "ES/ferrer", minutes: 30, content: { kind: "members", change: { added: [], removed: [], roles: [], identityChanged: ["ES/ferrer"], devicesAdded: [], devicesRemoved: [] } }, extra: { kind: "members" } },
  { from: "OCU/haddad", minutes: 15, content: chat("@T. Moreau Sister container QTMU 581210-1 is on the same bill, discharged Le Havre this evening. Please hold it. Treat as immediate.", "en", ["FR/moreau"], "ref-8") },
  { from: "MA/lahlou", minutes: 13, content: chat("صور الختم واللوحة الخلفية أضيفت إلى السجل S-0147، والحاوية تحت الحراسة.", "ar") },
];

const itemOf = ({ from, minutes, content, extra }: Said, at: number): Item => ({
  seq: at + 1,
  atMs: NOW - minutes * MINUTE,
  kind: "chat",
  standing: "verified",
  sender: `${from}/laptop`,
  officerId: from,
  own: from === ACCOUNT.account,
  clientRef: `ref-${at + 1}`,
  groupId: id(2),
  epoch: 4,
  sentAtMs: NOW - minutes * MINUTE,
  reason: "",
  content,
  findings: null,
  ...extra,
});

const ITEMS: readonly Item[] = SAID.map(itemOf);

const line = (number: number, title: string, minutes: number, more: Partial<CugSummary> = {}): CugSummary => ({
  id: id(number),
  title,
  operationCode: "",
  state: "open",
  role: "officer",
  lastSeq: 13,
  atMs: NOW - minutes * MINUTE,
  unread: 0,
  readSeq: 13,
  mentioned: false,
  alarms: 0,
  waiting: 0,
  ...more,
});

const CUGS: readonly CugSummary[] = [
  line(16, "TIDEMARK 26", 13, { role: "organiser", operationCode: "TIDEMARK26", unread: 2, readSeq: 11, mentioned: true }),
  line(17, "LANTERN: express couriers", 40, { unread: 12, readSeq: 1, operationCode: "LANTERN" }),
  line(18, "عملية الساحل: الأحياء البرية", 120, { role: "observer" }),
  line(19, "Тихий груз", 220, { waiting: 1 }),
  line(20, "Enlace RILO, Atlántico", 400, { role: "rilo", alarms: 1 }),
  line(21, "", 1000, { state: "joining", role: null }),
  line(23, "HARBOUR LIGHT", 1200, { state: "broken" }),
  line(22, "TIDEMARK 25", 300_000, { state: "closed" }),
];

const WAITING: readonly Waiting[] = [
  { clientRef: "out-1", state: "failed", content: chat("Scan at 01:30 is booked.", "en"), sentAtMs: NOW - 5 * MINUTE, reason: "client.group_closed" },
  { clientRef: "out-2", state: "waiting", content: chat("We hold QTMU 581210-1, scan at 01:30. Same shipper, same forwarder.", "en"), sentAtMs: NOW - MINUTE, reason: "" },
];

const file = (number: number, name: string, mediaType: string, size: number): FileView => ({ hash: `${number}c`.repeat(32), size, name, mediaType });
const SEAL = file(1, "seal-ML-2214909.jpg", "image/jpeg", 842_113);
const withFiles = (said: ItemContent, files: readonly FileView[]): ItemContent => (said.kind === "chat" ? { ...said, files } : said);
const SAID_WITH_FILES: readonly Said[] = [
  { from: "MA/lahlou", minutes: 11, content: withFiles(chat("The seal as found, and the X-ray of the rear panel. رقم الختم واضح في الصورة.", "en"), [SEAL, file(2, "x-ray QTMU 581204-0, rear panel.tiff", "image/tiff", 48_200_144)]) },
  { from: "RU/sokolova", minutes: 9, content: withFiles(chat("", "ru"), [file(3, "Коносамент и инвойс, сентябрь 2026, контейнер TCLU 4419872, оригинал с отметками порта.pdf", "application/pdf", 2_310_000)]) },
];
const ATTACHING = file(4, "manifest-2026-11-22.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 96_331);
const WAITING_WITH_FILES: readonly Waiting[] = [
  { clientRef: "out-3", state: "failed", content: withFiles(chat("The manifest of the feeder.", "en"), [ATTACHING]), sentAtMs: NOW - 4 * MINUTE, reason: "client.server_unreachable", attaching: true },
  { clientRef: "out-4", state: "waiting", content: withFiles(chat("Photographs of the inner wall.", "en"), [file(5, "inner-wall-1.jpg", "image/jpeg", 3_911_000), file(6, "inner-wall-2.jpg", "image/jpeg", 4_120_300)]), sentAtMs: NOW - MINUTE, reason: "", attaching: true },
];

/** A photograph of a seal, as far as a canvas can take one. */
async function photograph(): Promise<Blob> {
  const canvas = new OffscreenCanvas(960, 640);
  const pen = canvas.getContext("2d")!;
  const paint = (colour: string, ...at: readonly [number, number, number, number]): void => {
    pen.fillStyle = colour;
    pen.fillRect(...at);
  };
  paint("#4f6470", 0, 0, 960, 640);
  for (let rib = 0; rib < 960; rib += 120) paint("#455862", rib, 0, 56, 640);
  paint("#2b363c", 300, 0, 48, 640);
  paint("#c9b458", 270, 250, 360, 120);
  pen.fillStyle = "#2b2b20";
  pen.font = "600 56px sans-serif";
  pen.fillText("ML-2214909", 300, 330);
  return await canvas.convertToBlob({ type: "image/png" });
}

const SAFETY: Safety = {
  cugId: id(16),
  groupId: id(2),
  epoch: 4,
  rootPublicKey: "ab".repeat(32),
  epochAuthenticator: "4031788250194660297355108733426109524817".padEnd(64, "a"),
  lastSeq: 13,
  headHash: "cd".repeat(32),
  confirmed: true,
  readers: MEMBERS.flatMap((member) =>
    member.devices.map((deviceId, at) => ({
      deviceId,
      officerId: member.officerId,
      role: member.role,
      signatureKey: "ef".repeat(32),
      chain: (["ncp", "officer", "device"] as const).map((kind, level) => ({
        kind,
        subject: [member.administration, member.officerId, deviceId][level]!,
        displayName: kind === "officer" ? member.displayName : "",
        publicKey: "9a7c".repeat(16),
        serial: `${deviceId} ${kind} ${at}`,
        notBeforeMs: NOW - 86_400_000,
        notAfterMs: NOW + 300 * 86_400_000,
      })),
    })),
  ),
  archiveHolders: ["FR/moreau", "OCU/haddad"],
  revocations: [],
};

const FILES = ["extraction.xlsx", "log.bin", "records.bin", "revocations.bin", "tables/chat.csv", "tables/events.csv", "tables/simplified_seizure-1-5f5f5f5f.csv"];

const EXTRACTED: Extracted = {
  fileName: "TIDEMARK26-extraction-171.zip",
  blob: new Blob(["not an archive"]),
  sha256: "7d1a".repeat(16),
  records: 145,
  forms: 61,
  unopened: [
    { seq: 17, reason: "locked" },
    { seq: 140, reason: "records.refused:signature" },
  ],
  failures: 1,
  upToSeq: 171,
  announcedSeq: 172,
  manifestHash: "2b0c".repeat(16),
  rootPublicKey: "ab".repeat(32),
  files: FILES.map((name, at) => ({ name, bytes: 1000 * (at + 1), sha256: `${at}f3e`.repeat(16) })),
};

export interface MemoryEngineWanted {
  readonly profile: Status["profile"];
  readonly connection: Status["connection"];
  readonly typing?: readonly string[];
  readonly template: string;
  readonly warning: string;
  readonly feedback?: string;
  readonly long?: string;
  readonly empty: boolean;
  /** What many countries have reported is there, too. */
  readonly reports?: boolean;
  readonly certified?: boolean;
  /** Messages with files stand at the end of the conversation. */
  readonly files?: boolean;
}

/** The calls that the harness answers; all others refuse as an engine does that is offline. */
export function memoryEngine(wanted: MemoryEngineWanted): EngineApi {
  const listeners = new Set<Listener>();
  const account: Account = { ...ACCOUNT, certified: wanted.certified ?? true };
  let status: Status = { profile: wanted.profile, connection: wanted.connection, error: null, account: wanted.profile === "open" ? account : null, known: wanted.profile === "absent" ? [] : [KNOWN], waiting: wanted.connection === "online" ? 0 : 1 };
  let items: readonly Item[] = wanted.empty ? [] : wanted.reports === true ? [...ITEMS, ...reportsOf({ now: NOW, seizure: HASH, warning: WARNING, feedback: FEEDBACK })] : wanted.files === true ? [...SAID, ...SAID_WITH_FILES].map(itemOf) : ITEMS;
  let waiting = wanted.files === true ? WAITING_WITH_FILES : WAITING;
  const drafts = new Map<string, Draft>();
  const templates: readonly TemplateView[] = wanted.template === "" ? [] : [{ hash: HASH, id: "simplified_seizure", version: 1, document: wanted.template, seq: 2 }, { hash: WARNING, id: "warning", version: 1, document: wanted.warning, seq: 3 }, ...(wanted.feedback === undefined ? [] : [{ hash: FEEDBACK, id: "feedback", version: 1, document: wanted.feedback, seq: 3 }]), ...(wanted.long === undefined ? [] : [{ hash: LONG, id: "long_seizure", version: 1, document: wanted.long, seq: 3 }])];
  const tell = (event: EngineEvent): void => listeners.forEach((listener) => listener(event));
  const open = async (): Promise<Account> => {
    status = { ...status, profile: "open", account };
    tell({ type: "status", status });
    return account;
  };
  const summary = (cugId: string): CugSummary => CUGS.find((cug) => cug.id === cugId) ?? CUGS[0]!;
  const back = (content: ItemContent, kind: Item["kind"]): string => {
    const clientRef = `ref-${items.length + 1}`;
    const item: Item = { ...ITEMS[0]!, seq: items.length + 1, atMs: NOW, kind, own: true, clientRef, content, findings: [] };
    items = [...items, item];
    tell({ type: "items", cugId: id(16), items: [item] });
    return clientRef;
  };
  const calls: Partial<EngineCalls> = {
    status: async () => status,
    unlock: open,
    readCode: async (text) => ({ kind: "sheet", account: ACCOUNT.account, displayName: ACCOUNT.displayName, serverUrl: ACCOUNT.serverUrl, way: text.includes("new") ? "enrol" : "device", known: "" }),
    forget: async () => undefined,
    deviceCode: async () => `cencommdevice1:${"czuhi5dqhixs6mjsg4xdalrqfyytumzuha3dgb3l".repeat(6)}`,
    enrol: open,
    signInNewDevice: open,
    recover: open,
    lock: async () => {
      status = { ...status, profile: "locked", account: null };
      tell({ type: "status", status });
    },
    connect: async () => undefined,
    cugs: async () => (wanted.empty ? [] : CUGS),
    cug: async (cugId): Promise<CugView> => ({ ...summary(cugId), about: "", openedMs: NOW - 1500 * MINUTE, epoch: 4, groupId: id(2), history: "full", mayExtract: true, confirmed: true, members: MEMBERS, others: [{ officerId: "IT/bruno", displayName: "S. Bruno" }], broken: "" }),
    items: async (_, page = {}) => items.filter((item) => item.seq > (page.after ?? 0) && item.seq < (page.before ?? Number.POSITIVE_INFINITY)),
    seqAt: async (_, atMs) => items.find((item) => item.atMs >= atMs)?.seq ?? items.length + 1,
    markRead: async () => undefined,
    alarms: async () => [],
    attend: async () => ({ present: ["FR/moreau", "MA/lahlou", "RU/sokolova"], writing: wanted.typing ?? [] }),
    typing: async () => undefined,
    isShown: async () => true,
    setShown: async () => undefined,
    safety: async () => SAFETY,
    waiting: async () => (wanted.empty ? [] : waiting),
    fetchFile: async () => ({ name: SEAL.name, picture: "image/png", blob: await photograph() }),
    discard: async (cugId, clientRef) => {
      waiting = waiting.filter((one) => one.clientRef !== clientRef);
      tell({ type: "waiting", cugId, waiting });
    },
    sendText: async (_, { text, mentions = [], replyTo = "" }: TextWanted) => back(chat(text, "", mentions, replyTo), "chat"),
    submit: async (_, { answers }: FormWanted) => back(form(answers as never), "form"),
    drafts: async () => [...drafts.values()],
    saveDraft: async (_, key, text, answers) => void (text === "" && answers === null ? drafts.delete(key) : drafts.set(key, { key, text, answers, atMs: NOW })),
    templates: async () => templates,
    recordExtent: async () => ({
      records: 147,
      forms: 61,
      unopened: 3,
      firstMs: NOW - 5 * 86_400_000,
      lastMs: NOW,
      administrations: [
        { administration: "FR", records: 54, forms: 14 },
        { administration: "MA", records: 38, forms: 21 },
        { administration: "ES", records: 31, forms: 16 },
        { administration: "BR", records: 14, forms: 7 },
        { administration: "OCU", records: 7, forms: 0 },
        { administration: "RU", records: 3, forms: 3 },
      ],
    }),
    extract: async (cugId, password) => {
      if (password === "wrong") throw new EngineError({ code: "client.wrong_password", facts: {} });
      tell({ type: "extraction", cugId, progress: { step: "reading", done: 84, total: 131 } });
      return password === "slow" ? await new Promise<never>(() => undefined) : EXTRACTED;
    },
    devices: async () => [
      { deviceId: "FR/moreau/laptop", registeredAtMs: NOW - 40 * 86_400_000, revoked: false },
      { deviceId: "FR/moreau/phone", registeredAtMs: NOW - 20 * 86_400_000, revoked: false },
      { deviceId: "FR/moreau/old", registeredAtMs: NOW - 400 * 86_400_000, revoked: true },
    ],
    directory: async () => [
      { account: "BE/peeters", kind: "officer", displayName: "L. Peeters", certified: true },
      { account: "NL/devries", kind: "officer", displayName: "S. de Vries", certified: true },
      { account: "EG/hassan", kind: "officer", displayName: "هالة حسن", certified: true },
      { account: "SN", kind: "ncp", displayName: "Senegal", certified: false },
    ],
  };
  return {
    ...(calls as EngineCalls),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
