// What GraphiQL finds in the browser's storage when it starts: our welcome on a first visit, and the token
// of a link (/graphql#token=…), taken out of the address bar. Only GraphiQL's own keys belong here.
import { DEFAULT_HEADERS, withToken } from "./headers";
import { WELCOME } from "./welcome";

const TABS = "graphiql:tabState";
const QUERY = "graphiql:query";
const HEADERS = "graphiql:headers";
const PERSIST_HEADERS = "graphiql:shouldPersistHeaders"; // "false" once switched off in the settings

/** Returns the text for the Headers tab if a link brought a token, else leaves it to what is stored. */
export function prepareStorage(): string | undefined {
  // A link opened in a page already loaded changes the fragment only: start again with it.
  addEventListener("hashchange", () => tokenOfFragment() && location.reload());

  // Query and headers stored together: else GraphiQL, finding one alone, opens a second tab.
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
