// Assign all unassigned tickets to process, to yourself or to the person named.
import { describe, find, type Outcome, perform } from "./actions.js";
import { answer, type Desk, end, NotFound, options, run } from "./desk.js";
import {
  AssignTicketDocument, AssignTicketToMeDocument, ReadUnassignedDocument, type ReadUnassignedQuery, type RefusalCode,
} from "./gql/graphql.js";
import { pickOne } from "./pick.js";
import { Progress } from "./progress.js";

type Unassigned = ReadUnassignedQuery["tickets"]["nodes"][number];

const AT_A_TIME = 8;
/** Another person took the ticket first: there is nothing left to do. */
const TAKEN: readonly RefusalCode[] = ["ALREADY_ASSIGNED", "ASSIGNED_TO_SOMEONE_ELSE", "VERSION_CONFLICT"];
const HELP = `usage : node dist/bulk-assign.js [options]
Affecte les tickets à traiter que personne n’a, à vous ou à une personne.

options :
  --search WORDS ceux-là seulement qui ont ces mots, tous
  --to NAME      à qui, par des mots de son nom ; sinon à vous`;

/** All unassigned tickets to process. All pages are read first: assigning would move the pages that follow. */
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

/** Assign one ticket at the version that was read. Errors: NotFound where the person is not assignable. */
async function assign(desk: Desk, ticket: Unassigned, person: string | undefined): Promise<Outcome> {
  const mine = { ticketId: ticket.id, version: ticket.version };
  if (person === undefined) return await perform(desk, AssignTicketToMeDocument, mine);
  const { assignableAgents } = await find(desk, ticket.number);
  const assigneeId = pickOne(person, assignableAgents, (one) => one.displayName).id;
  return await perform(desk, AssignTicketDocument, { ...mine, assigneeId });
}

/** Assign one ticket; return the outcome and, where it is not assigned, the reason. */
async function one(desk: Desk, ticket: Unassigned, person: string | undefined): Promise<[keyof Outcomes, string?]> {
  try {
    const result = await assign(desk, ticket, person);
    if ("activity" in result) return ["done"];
    const why = result.message + (result.currentTicket ? ` (à présent : ${describe(result.currentTicket)})` : "");
    return [TAKEN.includes(result.code) ? "taken" : "refused", why];
  } catch (error) {
    if (error instanceof NotFound) return ["refused", error.message];
    throw error;
  }
}

interface Outcomes {
  done: number;
  taken: number;
  refused: number;
}

/** Assign all, a few at a time; a refusal is printed above the bar and does not stop the rest. */
async function main(desk: Desk, search: string | null, person: string | undefined): Promise<string | undefined> {
  const left = await unassigned(desk, search);
  const outcomes: Outcomes = { done: 0, taken: 0, refused: 0 };
  const progress = new Progress("Affectation", left.length);
  const work = async (): Promise<void> => {
    for (let ticket = left.pop(); ticket; ticket = left.pop()) {
      const [outcome, why] = await one(desk, ticket, person);
      outcomes[outcome]++;
      if (why !== undefined) progress.say(`${ticket.number} : ${why}`);
      progress.advance();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } finally {
    left.length = 0; // after an error that a retry would not mend, no worker begins another ticket
    progress.end();
  }
  console.log(`${outcomes.done} affectés, ${outcomes.taken} déjà pris, ${outcomes.refused} refusés`);
  return outcomes.refused ? "Il reste des tickets sans personne." : undefined;
}

const { values } = options(HELP, { search: { type: "string" }, to: { type: "string" } });
await end(main(values, values.search ?? null, values.to));
