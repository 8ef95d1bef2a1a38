/** What pages, their workers and the workers of other tabs say to each other: plain data that can be cloned. */

import type { EngineCalls, EngineEvent, ErrorData } from "../engine/api.ts";

export type Method = keyof EngineCalls;

/** Every call that a page may make. */
export const METHODS: Readonly<Record<Method, true>> = {
  status: true,
  readCode: true,
  enrol: true,
  signInNewDevice: true,
  recover: true,
  unlock: true,
  lock: true,
  connect: true,
  forget: true,
  deviceCode: true,
  changePassword: true,
  directory: true,
  devices: true,
  revokeDevice: true,
  isShown: true,
  setShown: true,
  cugs: true,
  cug: true,
  openCug: true,
  admit: true,
  remove: true,
  leave: true,
  close: true,
  startSuccessor: true,
  attend: true,
  typing: true,
  items: true,
  seqAt: true,
  markRead: true,
  alarms: true,
  safety: true,
  sendText: true,
  sendFiles: true,
  fetchFile: true,
  resend: true,
  waiting: true,
  discard: true,
  flush: true,
  drafts: true,
  saveDraft: true,
  templates: true,
  publishTemplate: true,
  submit: true,
  recordExtent: true,
  extract: true,
  cancelExtraction: true,
};

/** `id` is unique for its tab; `tab` is where the answer goes. */
export interface Call {
  readonly type: "call";
  readonly tab: string;
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly type: "answer";
  readonly tab: string;
  readonly id: number;
  readonly value?: unknown;
  readonly error?: ErrorData;
}

export type Message =
  | Call
  | Answer
  | { readonly type: "event"; readonly event: EngineEvent }
  /** The worker listens now: a page's calls wait for this, since a worker that still loads may lose them. */
  | { readonly type: "here" }
  /** A page says that its network came or went: not every browser tells workers. */
  | { readonly type: "network"; readonly there: boolean }
  /** A tab asks whether anybody writes. */
  | { readonly type: "who" }
  /** The writer is here. It carries a name, so that a tab knows when another one took over. */
  | { readonly type: "writer"; readonly writer: string };

/** The two ends of a worker, and BroadcastChannel, as far as they are used here. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void): void;
  addEventListener(type: "error", listener: () => void): void;
}

export function messageOf(event: MessageEvent<unknown>): Message {
  return event.data as Message;
}
