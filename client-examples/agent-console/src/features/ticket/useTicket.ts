// One live ticket: read once, then followed from its last activity.
import { useCallback, useEffect, useState } from "react";
import { useClient } from "urql";
import {
  ReadLiveCursorDocument,
  ReadTicketDocument,
  WatchTicketDocument,
  type ActivityPartsFragment,
  type ReadTicketQuery,
  type TicketStateFragment,
} from "../../gql/graphql.ts";
import { codeOf } from "../../net/client.ts";
import { follow } from "../../net/follow.ts";
import { useReading } from "../../net/useReading.ts";

export type Ticket = NonNullable<ReadTicketQuery["ticket"]>;
export type Activity = ActivityPartsFragment;

export interface Watched {
  ticket: Ticket | null;
  /** Ids of activities that came while the page is open. */
  fresh: ReadonlySet<string>;
  state: "loading" | "ready" | "missing" | "gone" | "failed";
  retry(): void;
  /** Applies the result of an action without waiting for its event. */
  learn(state: TicketStateFragment, activities: readonly Activity[]): void;
}

type State = Pick<Watched, "ticket" | "fresh" | "state">;

const SCANNED: ReadonlySet<string> = new Set(["ATTACHMENTS_CLEARED", "ATTACHMENTS_REJECTED"]);

/** Merges two versions of a ticket: the newer one, with every activity once, in order. */
function merged(ticket: Ticket, state: TicketStateFragment, activities: readonly Activity[]): Ticket {
  const known = new Set(ticket.activities.nodes.map((one) => one.id));
  const added = activities.filter((one) => !known.has(one.id));
  const nodes = [...ticket.activities.nodes, ...added];
  const newer = state.version >= ticket.version ? state : {};
  return { ...ticket, ...newer, activities: { ...ticket.activities, nodes, totalCount: Math.max(ticket.activities.totalCount, nodes.length) } };
}

function told(before: State, state: TicketStateFragment, activities: readonly Activity[]): State {
  if (!before.ticket || before.ticket.id !== state.id) return before;
  const ticket = merged(before.ticket, state, activities);
  const known = new Set(before.ticket.activities.nodes.map((one) => one.id));
  const fresh = new Set([...before.fresh, ...activities.map((one) => one.id).filter((id) => !known.has(id))]);
  return { ...before, ticket, fresh };
}

export function useTicket(number: string): Watched {
  const client = useClient();
  const [generation, setGeneration] = useState(0);
  const [state, setState] = useState<State>({ ticket: null, fresh: new Set(), state: "loading" });
  const retry = useCallback(() => setGeneration((n) => n + 1), []);
  const reading = useReading(retry);

  useEffect(() => {
    let over = false;
    let stop = () => {};
    const ended = () => over;

    // `from` is a cursor to begin at instead of the last activity's, which may have expired.
    async function open(from?: string): Promise<void> {
      const { data, error } = await client.query(ReadTicketDocument, { number }).toPromise();
      if (ended()) return;
      if (!data) {
        const state = codeOf(error) === "BAD_USER_INPUT" ? "missing" : "failed";
        setState((before) => ({ ...before, state: before.ticket ? before.state : state }));
        reading.failed(codeOf(error) !== undefined);
        return;
      }
      const ticket = data.ticket;
      if (!ticket) {
        reading.done();
        setState((before) => ({ ...before, state: before.ticket ? "gone" : "missing" }));
        return;
      }
      setState((before) => ({ ...before, ticket, state: "ready" }));
      let cursor = from ?? ticket.activities.nodes.at(-1)?.cursor ?? null;
      stop = follow(client, WatchTicketDocument, () => ({ ticketId: ticket.id, after: cursor }), {
        data({ ticketChanges: change }) {
          cursor = change.cursor;
          setState((before) => told(before, change.ticket, [change.activity]));
          if (SCANNED.has(change.activity.kind)) void rereadFiles();
        },
        gone: () => setState((before) => ({ ...before, state: "gone" })),
        expired: () => void startOver(),
      });
      reading.done();
    }

    // A result of the virus scan changes files of earlier activities.
    async function rereadFiles(): Promise<void> {
      const { data } = await client.query(ReadTicketDocument, { number }).toPromise();
      const now = data?.ticket;
      if (!now || ended()) return;
      setState((before) => (before.ticket && before.ticket.version <= now.version ? { ...before, ticket: now } : before));
    }

    async function startOver(): Promise<void> {
      const { data } = await client.query(ReadLiveCursorDocument, {}).toPromise();
      if (!ended()) await open(data?.sentTickets.liveCursor);
    }

    reading.begin();
    void open();
    return () => {
      over = true;
      stop();
      reading.leave();
    };
  }, [client, number, generation, reading]);

  const learn = useCallback<Watched["learn"]>(
    (now, activities) => setState((before) => told(before, now, activities)),
    [],
  );
  return { ...state, retry, learn };
}
