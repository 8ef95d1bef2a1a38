/** The worker of one tab: the engine runs here, so that the page never stutters. */

import type { EngineEvent } from "../engine/api.ts";
import { Engine } from "../engine/client.ts";
import { SUBPROTOCOL } from "../wire/frames.ts";
import { Hub } from "./hub.ts";
import { messageOf, type Port } from "./messages.ts";

const NAME = "cencomm";

function openSocket(address: string): WebSocket {
  return new WebSocket(address, SUBPROTOCOL);
}

function makeEngine(emit: (event: EngineEvent) => void): Engine {
  const engine = new Engine({ name: NAME, origin: location.origin, openSocket }, emit);
  addEventListener("message", (event) => {
    const message = messageOf(event);
    if (message.type === "network") engine.networkChanged(message.there);
  });
  return engine;
}

const hub = new Hub({
  page: globalThis as unknown as Port,
  others: new BroadcastChannel(NAME),
  locks: navigator.locks,
  name: NAME,
  makeEngine,
});
await hub.run();
