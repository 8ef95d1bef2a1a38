/** Where one is: the fragment of the address, which never reaches the server. Pure. */

export type RoomTab = "conversation" | "records" | "safety";

/** The records of a group seen together. */
export type AnalysisView = "table" | "figures" | "chains";
const VIEWS: readonly string[] = ["table", "figures", "chains"] satisfies readonly AnalysisView[];

export type Route =
  | { readonly at: "list" }
  | { readonly at: "new" }
  | { readonly at: "settings" }
  | { readonly at: "room"; readonly cugId: string; readonly tab: RoomTab }
  | { readonly at: "analysis"; readonly cugId: string; readonly view: AnalysisView }
  | { readonly at: "extract"; readonly cugId: string }
  | { readonly at: "designer"; readonly cugId: string }
  | { readonly at: "form"; readonly cugId: string; readonly templateHash: string; readonly replaces: string; /** The client_ref of the record that it begins from. */ readonly from?: string };

const ID = /^[0-9a-f]{32,64}$/u;

export function parseRoute(hash: string): Route {
  const [place, cugId = "", what = "", templateHash = "", replaces = "", from = ""] = hash.replace(/^#\/?/u, "").split("/");
  if (place === "settings" || place === "new") return { at: place };
  if (place !== "group" || !ID.test(cugId)) return { at: "list" };
  if (what === "form" && ID.test(templateHash) && replaces === "from" && ID.test(from)) return { at: "form", cugId, templateHash, replaces: "", from };
  if (what === "form" && ID.test(templateHash)) return { at: "form", cugId, templateHash, replaces: ID.test(replaces) ? replaces : "" };
  if (VIEWS.includes(what)) return { at: "analysis", cugId, view: what as AnalysisView };
  if (what === "extract" || what === "designer") return { at: what, cugId };
  return { at: "room", cugId, tab: what === "records" || what === "safety" ? what : "conversation" };
}

export function writeRoute(route: Route): string {
  switch (route.at) {
    case "list":
      return "#/";
    case "room":
      return `#/group/${route.cugId}${route.tab === "conversation" ? "" : `/${route.tab}`}`;
    case "form":
      return `#/group/${route.cugId}/form/${route.templateHash}${route.replaces === "" ? "" : `/${route.replaces}`}${route.from === undefined ? "" : `/from/${route.from}`}`;
    case "analysis":
      return `#/group/${route.cugId}/${route.view}`;
    case "extract":
    case "designer":
      return `#/group/${route.cugId}/${route.at}`;
    default:
      return `#/${route.at}`;
  }
}

/** The enrolment sheet in a link (`#sheet=cencomm1:…`), or another device's code (`#code=…`), if it is one. */
export function sheetInLink(hash: string): string | null {
  const match = /^#\/?(?:sheet|code)=([A-Za-z0-9:%-]{20,4000})$/u.exec(hash);
  return match === null ? null : decodeURIComponent(match[1]!);
}
