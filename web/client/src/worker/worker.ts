/** The worker of one tab: the engine runs here, so that the page never stutters. */

import { Engine } from "../engine/client.ts";
import { SUBPROTOCOL } from "../wire/frames.ts";
import { Hub } from "./hub.ts";
import type { Port } from "./messages.ts";

const NAME = "cencomm";

/** A browser cannot set a header on a socket: the token travels as a second subprotocol, which the server never echoes. */
function openSocket(address: string, token: string): WebSocket {
  return new WebSocket(address, [SUBPROTOCOL, `cencomm.token.${token}`]);
}

const hub = new Hub({
  page: globalThis as unknown as Port,
  others: new BroadcastChannel(NAME),
  locks: navigator.locks,
  name: NAME,
  makeEngine: (emit) => new Engine({ name: NAME, openSocket }, emit),
});
await hub.run();
