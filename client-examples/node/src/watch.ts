// Follow a tab of the received tickets: print its list, then one line a change, over cuts and restarts.
import type { CloseEvent } from "ws";
import WebSocket from "ws";
import { type Client, createClient } from "graphql-ws";
import { type Desk, end, ErrorAnswer, type GraphQLErrorLike, isTokenRefused, mayPass, NoAnswer, options, run, waitBefore } from "./desk.js";
import {
  type InboxTab, ReadTabDocument, type ReadTabQuery, type RowFragment, WatchTabDocument, type WatchTabSubscription,
} from "./gql/graphql.js";

const KINDS: Readonly<Record<string, string>> = { ENTERED: "+ entré", UPDATED: "~ modifié", LEFT: "− sorti" };
const STALE_CURSOR = ["CURSOR_EXPIRED", "BAD_USER_INPUT"];
/** Milliseconds without a change after which all missed changes have come. */
const QUIET = 500;
const PING_EVERY = 10_000;
const PONG_WITHIN = 5_000;
const DATE = new Intl.DateTimeFormat("fr-FR", { dateStyle: "short", timeStyle: "short" });
const TIME = new Intl.DateTimeFormat("fr-FR", { timeStyle: "medium" });
const HELP = `usage : node dist/watch.js [options]
Suit un onglet des tickets reçus, en direct.

options :
  --tab TAB      MY_TICKETS_TO_PROCESS, TO_PROCESS (défaut), AWAITING_INFORMATION, ALL_EXCEPT_CLOSED ou CLOSED
  --search WORDS les mots à trouver, tous`;

/** A tab's list, kept right up to its cursor. */
class Watch {
  #tickets = new Map<string, RowFragment>();
  #cursor: string | undefined;
  #attempt = 0;

  constructor(readonly desk: Desk, readonly tab: InboxTab, readonly search: string | null) {}

  /** Read and follow until the server refuses for good. Errors: the reason. */
  async run(): Promise<never> {
    for (;;) {
      try {
        this.#cursor ??= await this.#read();
        await this.#follow(this.#cursor);
      } catch (error) {
        const stale = error instanceof ErrorAnswer && STALE_CURSOR.some((code) => error.codes.has(code));
        if (this.#cursor && stale) {
          this.#cursor = undefined; // the cursor is too old or of another desk: start over from a new list
        } else if (isTokenRefused(error) || !mayPass(error)) {
          throw error;
        }
      }
      if (this.#attempt === 0) console.log("reconnexion…");
      await waitBefore(this.#attempt++);
    }
  }

  /** Read all pages. The first page's cursor is older than every row, so changes made meanwhile come as events. */
  async #read(): Promise<string> {
    const tickets = new Map<string, RowFragment>();
    let cursor: string | undefined;
    for (let after: string | null = null, more = true; more; ) {
      const variables = { tab: this.tab, search: this.search, after };
      const page: ReadTabQuery["tickets"] = (await run(this.desk, ReadTabDocument, variables)).tickets;
      for (const ticket of page.nodes) tickets.set(ticket.id, ticket);
      cursor ??= page.liveCursor;
      more = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor ?? null;
    }
    this.#tickets = tickets;
    console.log(
      `${"Émis le".padEnd(16)}  ${"Numéro".padEnd(8)}  ${"Description brève".padEnd(44)}  ${"Statut".padEnd(25)}  Affectation`,
    );
    for (const ticket of tickets.values()) {
      console.log(`${DATE.format(new Date(ticket.submittedAt))}  ${columns(ticket)}`.trimEnd());
    }
    return cursor!;
  }

  /** Apply every change after the cursor: first those that were missed, then each as it comes. */
  async #follow(after: string): Promise<void> {
    const variables = { tab: this.tab, search: this.search, after };
    const client = live(this.desk);
    let quiet = setTimeout(() => this.#caughtUp(), QUIET);
    try {
      const events = client.iterate<WatchTabSubscription>({ query: WatchTabDocument.toString(), variables });
      for await (const { data, errors } of events) {
        if (errors?.length || !data) throw errors ?? [];
        this.#apply(data.inboxChanges);
        if (!this.#attempt) continue;
        clearTimeout(quiet); // missed changes are still coming
        quiet = setTimeout(() => this.#caughtUp(), QUIET);
      }
    } catch (error) {
      throw named(error);
    } finally {
      clearTimeout(quiet);
      await client.dispose();
    }
  }

  /** Apply a change to the list and print it; a ticket that is no longer visible is printed as last seen. */
  #apply(change: WatchTabSubscription["inboxChanges"]): void {
    const ticket = change.ticket ?? this.#tickets.get(change.ticketId);
    if (change.kind === "LEFT") this.#tickets.delete(change.ticketId);
    else if (ticket) this.#tickets.set(change.ticketId, ticket);
    this.#cursor = change.cursor;
    const when = TIME.format(change.activity ? new Date(change.activity.occurredAt) : new Date());
    const kind = (KINDS[change.kind] ?? change.kind).padEnd(9);
    console.log(`${when}  ${kind}  ${columns(ticket)}  ${change.activity?.label ?? "N’est plus visible"}`);
  }

  /** Print that the list is up to date. */
  #caughtUp(): void {
    this.#attempt = 0;
    const count = this.#tickets.size;
    console.log(`à jour : ${count} ticket${count > 1 ? "s" : ""}`);
  }
}

/** A WebSocket for subscriptions. `connection_init` carries what HTTP has in headers; pings find a dead connection. */
function live(desk: Desk): Client {
  let dead: NodeJS.Timeout | undefined;
  const client = createClient({
    url: desk.url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${desk.token}`, acceptLanguage: "fr" },
    retryAttempts: 0, // `Watch.run` tries again, from the last cursor
    keepAlive: PING_EVERY,
    on: {
      ping: (received) => {
        if (!received) dead = setTimeout(() => client.terminate(), PONG_WITHIN);
      },
      pong: (received) => {
        if (received) clearTimeout(dead);
      },
      closed: () => clearTimeout(dead),
    },
  });
  return client;
}

/** Turns what graphql-ws throws (GraphQL errors, a close, a failed opening) into the errors of `desk.ts`. */
function named(error: unknown): unknown {
  if (Array.isArray(error)) return new ErrorAnswer(error as GraphQLErrorLike[]);
  if (typeof error !== "object" || error === null || !("type" in error)) return error;
  if (error.type === "close") return new NoAnswer((error as CloseEvent).reason, (error as CloseEvent).code);
  return new NoAnswer((error as { message?: string }).message ?? "WebSocket");
}

/** A ticket in columns; empty ones for a ticket that was never read. */
function columns(ticket: RowFragment | undefined): string {
  if (!ticket) return `${"?".padEnd(8)}  ${"".padEnd(44)}  ${"".padEnd(25)}  ${"".padEnd(18)}`;
  const brief = ticket.shortDescription.length > 44 ? `${ticket.shortDescription.slice(0, 43)}…` : ticket.shortDescription;
  const assignee = ticket.assignee?.displayName ?? "—";
  return `${ticket.number.padEnd(8)}  ${brief.padEnd(44)}  ${ticket.statusLabel.padEnd(25)}  ${assignee.padEnd(18)}`;
}

const { values } = options(HELP, { tab: { type: "string", default: "TO_PROCESS" }, search: { type: "string" } });
process.on("SIGINT", () => {
  console.log("fin");
  process.exit(0);
});
await end(new Watch(values, values.tab as InboxTab, values.search ?? null).run());
