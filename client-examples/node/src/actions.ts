// Every action: its arguments on the command line, and the input that they make.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { answer, type Desk, NotFound, run } from "./desk.js";
import {
  AcceptSolutionDocument, AssignTicketDocument, type AssignTicketInput, AssignTicketToMeDocument, CloseTicketDocument,
  type DoneFragment, FindTicketDocument, type FindTicketQuery, type MessageInput, type ObjectType,
  PrepareSubmissionDocument, ProposeSolutionDocument, ProvideInformationDocument, type RefusedFragment,
  RefuseSolutionDocument, RequestInformationDocument, type StateFragment, SubmitTicketDocument, type SubmitTicketInput,
  type TicketInput, TransferToSupportDocument, type TypedDocumentString,
} from "./gql/graphql.js";
import { pickOne } from "./pick.js";

/** The positional arguments that actions take. */
export interface Words {
  readonly number: string;
  readonly message: string;
  readonly assignee: string;
  readonly category: string;
  readonly subcategory: string;
  readonly short_description: string;
  readonly description: string;
}

/** The command line: the positional arguments of the action (the others are absent), and the options. */
export interface Given extends Words {
  readonly attach: readonly string[];
  readonly recipient?: string;
  readonly service?: string;
  readonly object: string;
}

/** Either member of `ActionResult`; only `ActionDone` has an `activity`. */
export type Outcome = DoneFragment | RefusedFragment;

interface Action {
  readonly help: string;
  readonly words: readonly (keyof Words)[];
  /** Errors: NotFound where the ticket, a person or a structure is not found. */
  act(desk: Desk, given: Given): Promise<Outcome>;
}

function action<Input extends { idempotencyKey?: string | null; attachments?: File[] | null }>(
  help: string,
  words: readonly (keyof Words)[],
  document: TypedDocumentString<{ result?: Outcome | null }, { input: Input }>,
  inputOf: (desk: Desk, given: Given) => Promise<Input>,
): Action {
  return { help, words, act: async (desk, given) => await perform(desk, document, await inputOf(desk, given)) };
}

/** Sends the action and returns its result. All attempts carry the same key, so the server acts once. */
export async function perform<Input extends { idempotencyKey?: string | null; attachments?: File[] | null }>(
  desk: Desk,
  document: TypedDocumentString<{ result?: Outcome | null }, { input: Input }>,
  given: Input,
): Promise<Outcome> {
  const files = given.attachments ?? [];
  const input: Input = { ...given, idempotencyKey: randomUUID() };
  if (files.length) Object.assign(input, { attachments: files.map(() => null) });
  const { result } = await answer(() => run(desk, document, { input }, files));
  if (!result) throw new Error("a result without an error is missing"); // `run` throws the error of an action
  return result;
}

const MESSAGE = ["number", "message"] as const;

export const ACTIONS: Readonly<Record<string, Action>> = {
  take: action("s’affecter le ticket", ["number"], AssignTicketToMeDocument, ticketInput),
  assign: action(
    "affecter le ticket à une personne, par son nom", ["number", "assignee"], AssignTicketDocument, assignInput,
  ),
  propose: action("proposer une solution", MESSAGE, ProposeSolutionDocument, messageInput),
  ask: action("demander des informations", MESSAGE, RequestInformationDocument, messageInput),
  transfer: action("transférer au support, en disant pourquoi", MESSAGE, TransferToSupportDocument, messageInput),
  answer: action("répondre à une demande d’informations", MESSAGE, ProvideInformationDocument, messageInput),
  accept: action("accepter la solution", ["number"], AcceptSolutionDocument, ticketInput),
  refuse: action("refuser la solution, en disant pourquoi", MESSAGE, RefuseSolutionDocument, messageInput),
  close: action("fermer le ticket", ["number"], CloseTicketDocument, ticketInput),
  submit: action(
    "saisir un ticket", ["category", "subcategory", "short_description", "description"], SubmitTicketDocument, submitInput,
  ),
};

/** Reads the ticket of that number. Errors: NotFound. */
export async function find(desk: Desk, number: string): Promise<NonNullable<FindTicketQuery["ticket"]>> {
  const { ticket } = await answer(() => run(desk, FindTicketDocument, { number }));
  if (!ticket) throw new NotFound(`Aucun ticket ${number} n’est visible pour vous.`);
  return ticket;
}

/** Names the ticket and its present version. */
async function ticketInput(desk: Desk, given: Given): Promise<TicketInput> {
  const { id, version } = await find(desk, given.number);
  return { ticketId: id, version };
}

async function assignInput(desk: Desk, given: Given): Promise<AssignTicketInput> {
  const { id, version, assignableAgents } = await find(desk, given.number);
  return { ticketId: id, version, assigneeId: pickOne(given.assignee, assignableAgents, (one) => one.displayName).id };
}

async function messageInput(desk: Desk, given: Given): Promise<MessageInput> {
  return { ...(await ticketInput(desk, given)), message: given.message, attachments: await readFiles(given.attach) };
}

async function readFiles(names: readonly string[]): Promise<File[]> {
  return await Promise.all(names.map(async (name) => new File([await readFile(name)], basename(name))));
}

/** Looks up recipient and category; the issuer is the first structure that the viewer may submit tickets for. */
async function submitInput(desk: Desk, given: Given): Promise<SubmitTicketInput> {
  const { recipient = null } = given;
  const known = await answer(() => run(desk, PrepareSubmissionDocument, { recipient }));
  const issuer = known.viewer.entitlements.find((one) => one.profile === "SENT_TICKETS")?.structure;
  if (!issuer) throw new NotFound("Votre profil ne permet pas de saisir un ticket.");
  const category = pickOne(given.category, known.categories, (one) => one.code);
  const structure = recipient === null ? undefined : pickOne(recipient, known.structures, (one) => one.name);
  return {
    issuerStructureId: issuer.id,
    objectType: given.object as ObjectType, // the server says which there are
    categoryId: category.id,
    subcategoryId: pickOne(given.subcategory, category.subcategories, (one) => one.code).id,
    shortDescription: given.short_description,
    description: given.description,
    attachments: await readFiles(given.attach),
    ...(structure && { recipientStructureId: structure.id }),
    ...(structure && given.service && { recipientServiceId: pickOne(given.service, structure.services, (one) => one.code).id }),
  };
}

/** Status and assignee of a ticket, for people. */
export function describe(ticket: StateFragment): string {
  return `${ticket.statusLabel}, ${ticket.assignee ? `affecté à ${ticket.assignee.displayName}` : "non affecté"}`;
}
