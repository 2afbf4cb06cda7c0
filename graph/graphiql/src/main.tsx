// The entry: renders GraphiQL with the fetcher, the welcome text and the headers. Only wiring belongs here.
import "./workers";
import "./style.css";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { fetcher } from "./fetcher";
import { DEFAULT_HEADERS } from "./headers";
import { prepareStorage } from "./storage";
import { WELCOME } from "./welcome";

const headersOfLink = prepareStorage();

createRoot(document.getElementById("graphiql")!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={WELCOME}
    defaultHeaders={DEFAULT_HEADERS}
    initialHeaders={headersOfLink}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders
  >
    <GraphiQL.Logo>
      <span className="saisine-logo">Saisine</span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
