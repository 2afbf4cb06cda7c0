// Every action: what it needs on the command line, and how its input is made of that.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { answer, type Desk, NotThere, run } from "./desk.js";
import {
  AcceptSolutionDocument, AssignTicketDocument, type AssignTicketInput, AssignTicketToMeDocument, CloseTicketDocument,
  type DoneFragment, FindTicketDocument, type FindTicketQuery, type MessageInput, type ObjectType,
  PrepareSubmissionDocument, ProposeSolutionDocument, ProvideInformationDocument, type RefusedFragment,
  RefuseSolutionDocument, RequestInformationDocument, type StateFragment, SubmitTicketDocument, type SubmitTicketInput,
  type TicketInput, TransferToSupportDocument, type TypedDocumentString,
} from "./gql/graphql.js";
import { the } from "./pick.js";

/** What verbs take in words. */
export interface Words {
  readonly number: string;
  readonly message: string;
  readonly assignee: string;
  readonly category: string;
  readonly subcategory: string;
  readonly short_description: string;
  readonly description: string;
}

/** What was typed: the words of the verb (the others are not there), and the options. */
export interface Given extends Words {
  readonly attach: readonly string[];
  readonly recipient?: string;
  readonly service?: string;
  readonly object: string;
}

/** Done (it has an `activity`), or refused. */
export type Outcome = DoneFragment | RefusedFragment;

interface Verb {
  readonly help: string;
  readonly words: readonly (keyof Words)[];
  /** Errors: NotThere for what is not there to act upon. */
  act(desk: Desk, given: Given): Promise<Outcome>;
}

function verb<Input extends { idempotencyKey?: string | null; attachments?: File[] | null }>(
  help: string,
  words: readonly (keyof Words)[],
  document: TypedDocumentString<{ result: Outcome }, { input: Input }>,
  made: (desk: Desk, given: Given) => Promise<Input>,
): Verb {
  return { help, words, act: async (desk, given) => await asked(desk, document, await made(desk, given)) };
}

/** The action's result. One key for all attempts: whichever of them arrived, the server acts once. */
export async function asked<Input extends { idempotencyKey?: string | null; attachments?: File[] | null }>(
  desk: Desk,
  document: TypedDocumentString<{ result: Outcome }, { input: Input }>,
  given: Input,
): Promise<Outcome> {
  const files = given.attachments ?? [];
  const input: Input = { ...given, idempotencyKey: randomUUID() };
  if (files.length) Object.assign(input, { attachments: files.map(() => null) });
  return (await answer(() => run(desk, document, { input }, files))).result;
}

const SAYING = ["number", "message"] as const;

export const VERBS: Readonly<Record<string, Verb>> = {
  take: verb("s’affecter le ticket", ["number"], AssignTicketToMeDocument, target),
  assign: verb(
    "affecter le ticket à une personne, par son nom", ["number", "assignee"], AssignTicketDocument, assignment,
  ),
  propose: verb("proposer une solution", SAYING, ProposeSolutionDocument, saying),
  ask: verb("demander des informations", SAYING, RequestInformationDocument, saying),
  transfer: verb("transférer au support, en disant pourquoi", SAYING, TransferToSupportDocument, saying),
  answer: verb("répondre à une demande d’informations", SAYING, ProvideInformationDocument, saying),
  accept: verb("accepter la solution", ["number"], AcceptSolutionDocument, target),
  refuse: verb("refuser la solution, en disant pourquoi", SAYING, RefuseSolutionDocument, saying),
  close: verb("fermer le ticket", ["number"], CloseTicketDocument, target),
  submit: verb(
    "saisir un ticket", ["category", "subcategory", "short_description", "description"], SubmitTicketDocument, submission,
  ),
};

/** The ticket of that number. Errors: NotThere. */
export async function find(desk: Desk, number: string): Promise<NonNullable<FindTicketQuery["ticket"]>> {
  const { ticket } = await answer(() => run(desk, FindTicketDocument, { number }));
  if (!ticket) throw new NotThere(`Aucun ticket ${number} n’est visible pour vous.`);
  return ticket;
}

/** The ticket as it is now. */
async function target(desk: Desk, given: Given): Promise<TicketInput> {
  const { id, version } = await find(desk, given.number);
  return { ticketId: id, version };
}

async function assignment(desk: Desk, given: Given): Promise<AssignTicketInput> {
  const { id, version, assignableAgents } = await find(desk, given.number);
  return { ticketId: id, version, assigneeId: the(given.assignee, assignableAgents, (one) => one.displayName).id };
}

async function saying(desk: Desk, given: Given): Promise<MessageInput> {
  return { ...(await target(desk, given)), message: given.message, attachments: await read(given.attach) };
}

async function read(names: readonly string[]): Promise<File[]> {
  return await Promise.all(names.map(async (name) => new File([await readFile(name)], basename(name))));
}

/** Where the new ticket goes, and on whose behalf: the first structure that the viewer may write for. */
async function submission(desk: Desk, given: Given): Promise<SubmitTicketInput> {
  const { recipient = null } = given;
  const known = await answer(() => run(desk, PrepareSubmissionDocument, { recipient }));
  const issuer = known.viewer.entitlements.find((one) => one.profile === "SENT_TICKETS")?.structure;
  if (!issuer) throw new NotThere("Votre profil ne permet pas de saisir un ticket.");
  const category = the(given.category, known.categories, (one) => one.code);
  const structure = recipient === null ? undefined : the(recipient, known.structures, (one) => one.name);
  return {
    issuerStructureId: issuer.id,
    objectType: given.object as ObjectType, // the server says which there are
    categoryId: category.id,
    subcategoryId: the(given.subcategory, category.subcategories, (one) => one.code).id,
    shortDescription: given.short_description,
    description: given.description,
    attachments: await read(given.attach),
    ...(structure && { recipientStructureId: structure.id }),
    ...(structure && given.service && { recipientServiceId: the(given.service, structure.services, (one) => one.code).id }),
  };
}

/** Where a ticket stands. */
export function said(ticket: StateFragment): string {
  return `${ticket.statusLabel}, ${ticket.assignee ? `affecté à ${ticket.assignee.displayName}` : "non affecté"}`;
}
