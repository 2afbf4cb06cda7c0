// Follow a tab of the received tickets: its list, then a line a change, over cuts and restarts of the server.
import type { CloseEvent } from "ws";
import WebSocket from "ws";
import { type Client, createClient } from "graphql-ws";
import { type Desk, end, ErrorAnswer, type GraphQLErrorLike, isTokenRefused, mayPass, NoAnswer, options, run, waitBefore } from "./desk.js";
import {
  type InboxTab, ReadTabDocument, type ReadTabQuery, type RowFragment, WatchTabDocument, type WatchTabSubscription,
} from "./gql/graphql.js";

const KINDS: Readonly<Record<string, string>> = { ENTERED: "+ entré", UPDATED: "~ modifié", LEFT: "− sorti" };
const STALE_CURSOR = ["CURSOR_EXPIRED", "BAD_USER_INPUT"];
/** Milliseconds without a change that tell that nothing of what was missed is still to come. */
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

  /** Read and follow until the server refuses for good. Errors: why it did. */
  async run(): Promise<never> {
    for (;;) {
      try {
        this.#cursor ??= await this.#read();
        await this.#follow(this.#cursor);
      } catch (error) {
        const stale = error instanceof ErrorAnswer && STALE_CURSOR.some((code) => error.codes.has(code));
        if (this.#cursor && stale) {
          this.#cursor = undefined; // that place is no longer there: start over from a fresh list
        } else if (isTokenRefused(error) || !mayPass(error)) {
          throw error;
        }
      }
      if (this.#attempt === 0) console.log("reconnexion…");
      await waitBefore(this.#attempt++);
    }
  }

  /** Read all pages. The first page's cursor is older than every row: what changes meanwhile will be told. */
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

  /** Take in every change after the cursor: first those that were missed, then each as it comes. */
  async #follow(after: string): Promise<void> {
    const variables = { tab: this.tab, search: this.search, after };
    const client = live(this.desk);
    let quiet = setTimeout(() => this.#caughtUp(), QUIET);
    try {
      const events = client.iterate<WatchTabSubscription>({ query: WatchTabDocument.toString(), variables });
      for await (const { data, errors } of events) {
        if (errors?.length || !data) throw errors ?? [];
        this.#takeIn(data.inboxChanges);
        if (!this.#attempt) continue;
        clearTimeout(quiet); // those that were missed are still coming
        quiet = setTimeout(() => this.#caughtUp(), QUIET);
      }
    } catch (error) {
      throw named(error);
    } finally {
      clearTimeout(quiet);
      await client.dispose();
    }
  }

  /** Bring the list to where the change leaves it, and tell: a ticket that went out of sight, as last seen. */
  #takeIn(change: WatchTabSubscription["inboxChanges"]): void {
    const ticket = change.ticket ?? this.#tickets.get(change.ticketId);
    if (change.kind === "LEFT") this.#tickets.delete(change.ticketId);
    else if (ticket) this.#tickets.set(change.ticketId, ticket);
    this.#cursor = change.cursor;
    const when = TIME.format(change.activity ? new Date(change.activity.occurredAt) : new Date());
    const kind = (KINDS[change.kind] ?? change.kind).padEnd(9);
    console.log(`${when}  ${kind}  ${columns(ticket)}  ${change.activity?.label ?? "N’est plus visible"}`);
  }

  /** Tell that the list is as the server's. */
  #caughtUp(): void {
    this.#attempt = 0;
    const count = this.#tickets.size;
    console.log(`à jour : ${count} ticket${count > 1 ? "s" : ""}`);
  }
}

/** A WebSocket for subscriptions. What HTTP says in headers is said when it opens; a dead connection shows by its pings. */
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

/** What graphql-ws throws, by the names that `desk.ts` has: GraphQL errors, how a socket closed, why none opened. */
function named(error: unknown): unknown {
  if (Array.isArray(error)) return new ErrorAnswer(error as GraphQLErrorLike[]);
  if (typeof error !== "object" || error === null || !("type" in error)) return error;
  if (error.type === "close") return new NoAnswer((error as CloseEvent).reason, (error as CloseEvent).code);
  return new NoAnswer((error as { message?: string }).message ?? "WebSocket");
}

/** A ticket in columns; of one that was never seen, none. */
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
