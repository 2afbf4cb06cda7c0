// Give all tickets to process that nobody has to somebody: to oneself, or to the person named.
import { answer, type Desk, end, NotThere, options, run } from "./desk.js";
import {
  AssignTicketDocument, AssignTicketToMeDocument, ReadUnassignedDocument, type ReadUnassignedQuery, type RefusalCode,
} from "./gql/graphql.js";
import { the } from "./pick.js";
import { Progress } from "./progress.js";
import { asked, find, type Outcome, said } from "./verbs.js";

type Unassigned = ReadUnassignedQuery["tickets"]["nodes"][number];

const AT_A_TIME = 8;
/** Somebody was faster, here or at another desk: nothing is left to do to that ticket. */
const TAKEN: readonly RefusalCode[] = ["ALREADY_ASSIGNED", "ASSIGNED_TO_SOMEONE_ELSE", "VERSION_CONFLICT"];
const HELP = `usage : node dist/bulk-assign.js [options]
Affecte les tickets à traiter que personne n’a, à vous ou à une personne.

options :
  --search WORDS ceux-là seulement qui ont ces mots, tous
  --to NAME      à qui, par des mots de son nom ; sinon à vous`;

/** All tickets to process that nobody has: all pages first, since those that follow move as one assigns. */
async function unassigned(desk: Desk, search: string | null): Promise<Unassigned[]> {
  const found: Unassigned[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const variables = { search, after };
    const page: ReadUnassignedQuery["tickets"] =
      (await answer(() => run(desk, ReadUnassignedDocument, variables))).tickets;
    found.push(...page.nodes);
    more = page.pageInfo.hasNextPage;
    after = page.pageInfo.endCursor ?? null;
  }
  return found;
}

/** Give one ticket, at the version that was read. Errors: NotThere where the person can't have it. */
async function assign(desk: Desk, ticket: Unassigned, person: string | undefined): Promise<Outcome> {
  const mine = { ticketId: ticket.id, version: ticket.version };
  if (person === undefined) return await asked(desk, AssignTicketToMeDocument, mine);
  const { assignableAgents } = await find(desk, ticket.number);
  const assigneeId = the(person, assignableAgents, (one) => one.displayName).id;
  return await asked(desk, AssignTicketDocument, { ...mine, assigneeId });
}

/** What came of one ticket, and why it is not assigned where it is not. */
async function one(desk: Desk, ticket: Unassigned, person: string | undefined): Promise<[keyof Came, string?]> {
  try {
    const result = await assign(desk, ticket, person);
    if ("activity" in result) return ["done"];
    const why = result.message + (result.currentTicket ? ` (à présent : ${said(result.currentTicket)})` : "");
    return [TAKEN.includes(result.code) ? "taken" : "refused", why];
  } catch (error) {
    if (error instanceof NotThere) return ["refused", error.message];
    throw error;
  }
}

interface Came {
  done: number;
  taken: number;
  refused: number;
}

/** Assign all, a few at a time; every refusal is told above the bar, none stops the rest. */
async function main(desk: Desk, search: string | null, person: string | undefined): Promise<string | undefined> {
  const left = await unassigned(desk, search);
  const came: Came = { done: 0, taken: 0, refused: 0 };
  const progress = new Progress("Affectation", left.length);
  const work = async (): Promise<void> => {
    for (let ticket = left.pop(); ticket; ticket = left.pop()) {
      const [what, why] = await one(desk, ticket, person);
      came[what]++;
      if (why !== undefined) progress.say(`${ticket.number} : ${why}`);
      progress.advance();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } finally {
    left.length = 0; // where one met an error that does not pass, none begins another
    progress.end();
  }
  console.log(`${came.done} affectés, ${came.taken} déjà pris, ${came.refused} refusés`);
  return came.refused ? "Il reste des tickets sans personne." : undefined;
}

const { values } = options(HELP, { search: { type: "string" }, to: { type: "string" } });
await end(main(values, values.search ?? null, values.to));
