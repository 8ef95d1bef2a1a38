/** A line that plays the hostile or unlucky server: it loses, drops and alters frames on their way. */

import { pack, unpack } from "../src/wire/encoding.ts";

/** A frame as its MessagePack array; the first entry is its tag. */
export type Frame = unknown[];

export interface Tampering {
  /** What goes to the server instead of the frame; null loses it. */
  out?: (frame: Frame) => Frame | null;
  /** What comes from the server instead of the frame; null loses it. */
  in?: (frame: Frame) => Frame | null;
}

export const TAG = { subscribe: 1, send: 3, commit: 4, events: 66, stored: 68 } as const;

/** Sockets whose frames pass through `tampering`, which a test may change at any time. */
export function tamperingSocket(tampering: Tampering): typeof WebSocket {
  return class extends WebSocket {
    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
      const frame = unpack(data as Uint8Array) as Frame;
      const changed = tampering.out === undefined ? frame : tampering.out(frame);
      if (changed !== null) super.send(new Uint8Array(pack(changed)));
    }

    override addEventListener(type: string, listener: unknown): void {
      const heard = listener as (event: Event) => void;
      super.addEventListener(type, type === "message" ? (event: Event) => this.#hear(event as MessageEvent<ArrayBuffer>, heard) : heard);
    }

    #hear(event: MessageEvent<ArrayBuffer>, heard: (event: Event) => void): void {
      const frame = unpack(new Uint8Array(event.data)) as Frame;
      const changed = tampering.in === undefined ? frame : tampering.in(frame);
      if (changed !== null) heard(new MessageEvent("message", { data: new Uint8Array(pack(changed)).buffer }));
    }
  };
}
