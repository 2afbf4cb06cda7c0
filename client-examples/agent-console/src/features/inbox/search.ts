// The list that an address names: tab, search, filters, order and page, so that it can be sent to a colleague.
import type { InboxTab, ObjectType, OrderDirection, StateReason, TicketFilter, TicketOrderField, TicketStatus } from "../../gql/graphql.ts";

export const TABS: Record<string, InboxTab> = {
  "mes-tickets": "MY_TICKETS_TO_PROCESS",
  "a-traiter": "TO_PROCESS",
  "en-attente": "AWAITING_INFORMATION",
  tous: "ALL_EXCEPT_CLOSED",
  clotures: "CLOSED",
};
export const slugOf = (tab: InboxTab) => Object.keys(TABS).find((slug) => TABS[slug] === tab) ?? "a-traiter";

const FIELDS: TicketOrderField[] = ["SUBMITTED_AT", "UPDATED_AT", "NUMBER", "STATUS", "CATEGORY", "ASSIGNEE"];
const STATUSES: TicketStatus[] = ["OPEN", "AWAITING_INFORMATION", "RESOLVED", "CLOSED"];
const REASONS: StateReason[] = ["CREATION", "INFORMATION_PROVIDED", "SOLUTION_REFUSED"];
const OBJECTS: ObjectType[] = ["INVOICE", "JUSTICE_FEES_STATEMENT", "REFUND_CLAIM", "OTHER"];
export const DEFAULT_ROWS = 20;

/** The parameters of the address; default values are left out. */
export interface InboxSearch {
  onglet?: string;
  q?: string;
  page?: number;
  lignes?: number;
  tri?: TicketOrderField;
  sens?: OrderDirection;
  categorie?: string;
  sousCategorie?: string;
  statut?: TicketStatus;
  motif?: StateReason;
  objet?: ObjectType;
  affectation?: "moi" | "personne" | "quelquun";
  destinataire?: string;
  du?: string;
  au?: string;
}

const DAY = /^\d{4}-\d\d-\d\d$/;

function one<T extends string>(value: unknown, among: readonly T[]): T | undefined {
  return among.find((known) => known === value);
}

function text(value: unknown, max = 200): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.slice(0, max) : undefined;
}

function day(value: unknown): string | undefined {
  return typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** Parses an address. A senseless value is undefined, not absent: the router would keep the raw value of an absent name. */
export function parseSearch(raw: Record<string, unknown>): InboxSearch {
  const page = Math.floor(Number(raw.page));
  const rows = Math.floor(Number(raw.lignes));
  return {
    onglet: one(raw.onglet, Object.keys(TABS)),
    q: text(raw.q),
    page: page > 1 && page <= 1_000_000 ? page : undefined,
    lignes: rows >= 1 && rows <= 100 && rows !== DEFAULT_ROWS ? rows : undefined,
    tri: one(raw.tri, FIELDS),
    sens: one(raw.sens, ["ASC", "DESC"] as const),
    categorie: text(raw.categorie),
    sousCategorie: text(raw.sousCategorie),
    statut: one(raw.statut, STATUSES),
    motif: one(raw.motif, REASONS),
    objet: one(raw.objet, OBJECTS),
    affectation: one(raw.affectation, ["moi", "personne", "quelquun"] as const),
    destinataire: text(raw.destinataire),
    du: day(raw.du),
    au: day(raw.au),
  };
}

export const FILTERS = ["categorie", "sousCategorie", "statut", "motif", "objet", "affectation", "destinataire", "du", "au"] as const;

export function filtersOf(search: InboxSearch): number {
  return FILTERS.filter((name) => search[name] !== undefined).length;
}

export function filterOf(search: InboxSearch, me: string): TicketFilter | null {
  const filter: TicketFilter = {};
  if (search.categorie) filter.categoryIds = [search.categorie];
  if (search.sousCategorie) filter.subcategoryIds = [search.sousCategorie];
  if (search.statut) filter.statuses = [search.statut];
  if (search.motif) filter.stateReasons = [search.motif];
  if (search.objet) filter.objectTypes = [search.objet];
  if (search.affectation === "moi") filter.assigneeIds = [me];
  else if (search.affectation) filter.unassigned = search.affectation === "personne";
  const [kind, id] = search.destinataire?.split("~") ?? [];
  if (id) filter[kind === "service" ? "serviceIds" : "structureIds"] = [id];
  // Days in the person's time zone, from the first millisecond to the last.
  if (search.du) filter.submittedFrom = new Date(`${search.du}T00:00:00`).toISOString();
  if (search.au) filter.submittedTo = new Date(`${search.au}T23:59:59.999`).toISOString();
  return Object.keys(filter).length > 0 ? filter : null;
}

export function variablesOf(search: InboxSearch, me: string) {
  const filter = filterOf(search, me);
  return {
    tab: TABS[search.onglet ?? "a-traiter"] ?? ("TO_PROCESS" as InboxTab),
    search: search.q ?? null,
    filter,
    orderBy: { field: search.tri ?? ("SUBMITTED_AT" as const), direction: search.sens ?? ("DESC" as const) },
    page: search.page ?? 1,
    pageSize: search.lignes ?? DEFAULT_ROWS,
  };
}

export type InboxVariables = ReturnType<typeof variablesOf>;
