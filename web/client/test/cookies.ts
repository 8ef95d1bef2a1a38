/** What a browser does with cookies and origins, for engines that run in Node: `fetch` and sockets of one page. */

import type { Fetch } from "../src/engine/http.ts";
import type { OpenSocket } from "../src/engine/session.ts";
import { SUBPROTOCOL } from "../src/wire/frames.ts";

/** As the constructor of Node's WebSocket, which takes headers too. */
type NodeSocket = new (address: string, options: { readonly protocols: string[]; readonly headers: Record<string, string> }) => WebSocket;

/** The cookies of one browser, whose pages are of the server they ask. */
export class CookieJar {
  readonly cookies = new Map<string, string>();

  /** Sends what `send` is given as the page of that origin would, and keeps the cookies of the answer. */
  fetch(send: Fetch = fetch): Fetch {
    return async (url, options) => {
      const headers = { ...(options.headers as Record<string, string>), ...this.#headers(new URL(url).origin) };
      const answer = await send(url, { ...options, headers });
      for (const line of answer.headers.getSetCookie()) this.#keep(line);
      return answer;
    };
  }

  openSocket(Socket: typeof WebSocket = WebSocket): OpenSocket {
    return (address) => {
      const headers = this.#headers(new URL(address.replace(/^ws/, "http")).origin);
      return new (Socket as unknown as NodeSocket)(address, { protocols: [SUBPROTOCOL], headers });
    };
  }

  #headers(origin: string): Record<string, string> {
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return { Origin: origin, ...(cookies === "" ? {} : { Cookie: cookies }) };
  }

  /** Browsers drop a `__Host-` cookie that is not for the whole host alone. */
  #keep(line: string): void {
    const [pair = "", ...rest] = line.split(/; ?/);
    const attributes = new Set(rest.map((one) => one.toLowerCase()));
    const [name = "", value = ""] = pair.split("=");
    const wanted = ["secure", "httponly", "path=/", "samesite=strict"];
    if (!name.startsWith("__Host-") || !wanted.every((one) => attributes.has(one)) || rest.some((one) => /^domain=/i.test(one))) {
      throw new Error(`no browser keeps ${name} so`);
    }
    if (attributes.has("max-age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
