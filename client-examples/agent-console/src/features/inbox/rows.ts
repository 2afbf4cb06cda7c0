// Applies an event to the rows on the screen, as pure functions. No row moves while somebody may be reading it.
//
// A ticket that enters waits behind the bar « n nouveaux tickets »; one that leaves stays in its place, marked, until the
// list is read again. The total is always right.
import type { RowFragment, WatchInboxSubscription } from "../../gql/graphql.ts";

export type Change = WatchInboxSubscription["inboxChanges"];

export interface Mark {
  kind: "new" | "changed" | "left";
  /** The label of the activity and its actor. */
  label?: string;
  actor?: string;
}

export interface LiveRow {
  ticket: RowFragment;
  mark?: Mark;
}

export interface Live {
  rows: readonly LiveRow[];
  total: number;
  /** Ids of tickets that entered and are not on the screen. */
  waiting: ReadonlySet<string>;
  /** The cursor of the last event applied. */
  cursor: string;
}

export function read(tickets: readonly RowFragment[], total: number, cursor: string, fresh: ReadonlySet<string>): Live {
  const rows = tickets.map((ticket): LiveRow => (fresh.has(ticket.id) ? { ticket, mark: { kind: "new" } } : { ticket }));
  return { rows, total, waiting: new Set(), cursor };
}

export function apply(live: Live, change: Change): Live {
  const at = live.rows.findIndex((row) => row.ticket.id === change.ticketId);
  const shown = live.rows[at];
  const was = shown ? shown.mark?.kind !== "left" : change.kind !== "ENTERED";
  const next: Live = { ...live, cursor: change.cursor };

  if (change.kind === "LEFT") {
    next.total -= was ? 1 : 0;
    if (shown) next.rows = replaced(live.rows, at, change, "left");
    else next.waiting = without(live.waiting, change.ticketId);
    return next;
  }
  if (change.kind === "ENTERED") next.total += shown && was ? 0 : 1;
  if (shown) next.rows = replaced(live.rows, at, change, "changed");
  else if (change.kind === "ENTERED") next.waiting = new Set([...live.waiting, change.ticketId]);
  return next;
}

function replaced(rows: readonly LiveRow[], at: number, change: Change, kind: Mark["kind"]): LiveRow[] {
  const mark: Mark = { kind };
  if (change.activity) {
    mark.label = change.activity.label;
    if (change.activity.actor) mark.actor = change.activity.actor.displayName;
  }
  return rows.map((row, n) => (n === at ? { ticket: change.ticket ?? row.ticket, mark } : row));
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return ids.has(id) ? new Set([...ids].filter((other) => other !== id)) : ids;
}
