// Perform one action on a ticket: take, assign, propose, ask, transfer, answer, accept, refuse, close, submit.
import { type Desk, end, misused, options } from "./desk.js";
import { ACTIONS, describe, type Given, type Words } from "./actions.js";

const HELP = `usage : node dist/act.js [options] ACTION …
Agit sur un ticket.

${Object.entries(ACTIONS).map(([name, action]) => `  ${`${name} ${action.words.join(" ")}`.padEnd(62)}  ${action.help}`).join("\n")}

options :
  --attach FILE  une pièce jointe (propose, ask, answer, submit) ; autant de fois qu’il y en a
  --recipient NAME, --service CODE, --object TYPE
                 submit : la structure destinataire, par des mots de son nom ; son service ; le type d’objet`;

async function main(desk: Desk, name: string, given: Given): Promise<string | undefined> {
  const result = await ACTIONS[name]!.act(desk, given);
  if ("activity" in result) {
    console.log(`${result.activity.label} : ${result.ticket.number}, ${describe(result.ticket)}`);
    return undefined;
  }
  const fields = result.fields.map((field) => `  ${field.name} : ${field.message}`);
  const current = result.currentTicket ? [`  À présent : ${describe(result.currentTicket)}`] : [];
  return [`Refusé : ${result.message}`, ...fields, ...current].join("\n");
}

const { values, positionals } = options(HELP, {
  attach: { type: "string", multiple: true, default: [] },
  recipient: { type: "string" },
  service: { type: "string" },
  object: { type: "string", default: "OTHER" },
});
const [name = "", ...words] = positionals;
const expected = ACTIONS[name]?.words;
if (!expected) misused(HELP, name ? `Il n’y a pas d’action ${name}.` : "Il manque l’action.");
if (words.length !== expected.length) misused(HELP, `${name} veut : ${expected.join(" ")}`);
const named = Object.fromEntries(expected.map((word, n) => [word, words[n]])) as Record<keyof Words, string>;
await end(main(values, name, { ...values, ...named }));
