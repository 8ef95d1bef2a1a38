/** The worker of one tab: the engine runs here, so that the page never stutters. */

import { Engine } from "../engine/client.ts";
import { SUBPROTOCOL } from "../wire/frames.ts";
import { Hub } from "./hub.ts";
import type { Port } from "./messages.ts";

const NAME = "cencomm";

function openSocket(address: string): WebSocket {
  return new WebSocket(address, SUBPROTOCOL);
}

const hub = new Hub({
  page: globalThis as unknown as Port,
  others: new BroadcastChannel(NAME),
  locks: navigator.locks,
  name: NAME,
  makeEngine: (emit) => new Engine({ name: NAME, origin: location.origin, openSocket }, emit),
});
await hub.run();
