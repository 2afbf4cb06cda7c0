// Prepares the browser's storage before GraphiQL starts: the welcome text on a first visit, and the token of a
// link (/graphql#token=…), which is removed from the address bar. Only GraphiQL's own keys belong here.
import { DEFAULT_HEADERS, withToken } from "./headers";
import { WELCOME } from "./welcome";

const TABS = "graphiql:tabState";
const QUERY = "graphiql:query";
const HEADERS = "graphiql:headers";
const PERSIST_HEADERS = "graphiql:shouldPersistHeaders"; // "false" once switched off in the settings

/** Returns the text of the Headers tab if a link has a token; otherwise undefined, and GraphiQL uses the stored one. */
export function prepareStorage(): string | undefined {
  // A link that is opened in a loaded page changes only the fragment: reload the page with it.
  addEventListener("hashchange", () => tokenOfFragment() && location.reload());

  // Query and headers are stored together: GraphiQL opens a second tab if it finds only one of them.
  if (localStorage.getItem(TABS) === null) {
    localStorage.setItem(QUERY, WELCOME);
    localStorage.setItem(HEADERS, DEFAULT_HEADERS);
  }

  const token = tokenOfFragment();
  if (token === null) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);

  const headers = withToken(localStorage.getItem(HEADERS), token);
  if (localStorage.getItem(PERSIST_HEADERS) !== "false") localStorage.setItem(HEADERS, headers);
  const tabs = localStorage.getItem(TABS);
  if (tabs !== null) {
    const state = JSON.parse(tabs);
    for (const tab of state.tabs) tab.headers = withToken(tab.headers, token);
    localStorage.setItem(TABS, JSON.stringify(state));
  }
  return headers;
}

function tokenOfFragment(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  return token && /^[\w.~+/=-]+$/.test(token) ? token : null;
}
