// One file for Monaco's three workers, since each would contain the same 260 kB of Monaco. The name that
// workers.ts gives an instance decides which of them it is. Only that choice belongs here.
import { initialize } from "monaco-editor/esm/vs/editor/editor.worker.js";
import "monaco-editor/esm/vs/language/json/json.worker.js"; // on load, makes this worker the JSON one
import { GraphQLWorker } from "monaco-graphql/esm/GraphQLWorker.js";

if (self.name === "graphql") {
  self.onmessage = () => initialize((context, data) => new GraphQLWorker(context, data));
} else if (self.name !== "json") {
  self.onmessage = () => initialize(null);
}
