// « Tickets émis »: read by cursors, then each ticket on the screen is followed. The API has no subscription to the whole
// list of sent tickets, so a colleague's new ticket is found by polling. Where WebSockets are blocked, all changes are
// found by polling.
import { useCallback, useEffect, useState } from "react";
import { useClient } from "urql";
import { useStore } from "../../app/store.ts";
import { ReadSentDocument, WatchSentTicketDocument, type ReadSentQuery } from "../../gql/graphql.ts";
import { codeOf } from "../../net/client.ts";
import { follow } from "../../net/follow.ts";
import { behind, upToDate } from "../../net/link.ts";
import { carrier } from "../../net/transport.ts";
import { useReading } from "../../net/useReading.ts";
import type { Mark } from "../inbox/rows.ts";

type Page = ReadSentQuery["sentTickets"];
export interface SentRow {
  ticket: Page["nodes"][number];
  mark?: Mark;
}

export interface Sent {
  rows: readonly SentRow[] | null;
  pageInfo: Page["pageInfo"] | null;
  total: number;
  /** Number of tickets submitted since the list was read. */
  more: number;
  loading: boolean;
  failed: string | null;
  refresh(): void;
}

export const SENT_ROWS = 20;
const ASK_AGAIN_MS = 20_000;
const ASK_OFTEN_MS = 3_000;

function changed(row: SentRow, now: SentRow["ticket"] | undefined): SentRow {
  return now && now.version > row.ticket.version ? { ticket: now, mark: { kind: "changed" } } : row;
}

export function useSent(search: string | undefined, after: string | undefined, before: string | undefined): Sent {
  const client = useClient();
  const isFollowed = useStore(carrier) === "websocket";
  const [generation, setGeneration] = useState(0);
  const [state, setState] = useState<Omit<Sent, "refresh" | "loading"> & { key: string }>(
    { rows: null, pageInfo: null, total: 0, more: 0, failed: null, key: "" },
  );
  const refresh = useCallback(() => setGeneration((n) => n + 1), []);
  const reading = useReading(refresh);
  const key = JSON.stringify([search, after, before, generation]);

  useEffect(() => {
    let over = false;
    const stops: (() => void)[] = [];
    const who = {};
    reading.begin();
    const page = before ? { last: SENT_ROWS, before } : { first: SENT_ROWS, after: after ?? null };
    void client
      .query(ReadSentDocument, { search: search ?? null, ...page })
      .toPromise()
      .then(({ data, error }) => {
        if (over) return;
        if (!data) {
          const failed = codeOf(error) ? (error?.graphQLErrors[0]?.message ?? "") : "";
          setState((was) => ({ ...was, failed, key }));
          reading.failed(codeOf(error) !== undefined);
          return;
        }
        const { nodes, pageInfo, totalCount, liveCursor } = data.sentTickets;
        setState({ rows: nodes.map((ticket) => ({ ticket })), pageInfo, total: totalCount, more: 0, failed: null, key });
        if (isFollowed) for (const { id } of nodes) stops.push(watch(id, liveCursor));
        const ask = () => (isFollowed ? askForMore(totalCount) : askForAll(totalCount));
        const asking = setInterval(() => void ask(), isFollowed ? ASK_AGAIN_MS : ASK_OFTEN_MS);
        stops.push(() => (clearInterval(asking), upToDate(who)));
        reading.done();
      });

    function watch(ticketId: string, from: string) {
      let cursor = from;
      return follow(client, WatchSentTicketDocument, () => ({ ticketId, after: cursor }), {
        data({ ticketChanges: { ticket, activity, cursor: reached } }) {
          cursor = reached;
          const mark: Mark = { kind: "changed", label: activity.label };
          if (activity.actor) mark.actor = activity.actor.displayName;
          setState((was) => ({
            ...was,
            rows: was.rows?.map((row) => (row.ticket.id === ticketId ? { ticket, mark } : row)) ?? null,
          }));
        },
        expired: refresh,
      });
    }

    async function askForMore(known: number) {
      if (document.visibilityState !== "visible") return;
      const { data } = await client.query(ReadSentDocument, { search: search ?? null, first: 1 }).toPromise();
      if (data && !over) setState((was) => ({ ...was, more: Math.max(0, data.sentTickets.totalCount - known) }));
    }

    async function askForAll(known: number) {
      if (document.visibilityState !== "visible") return;
      const { data } = await client.query(ReadSentDocument, { search: search ?? null, ...page }).toPromise();
      if (over) return;
      if (!data) return behind(who);
      upToDate(who);
      const now = new Map(data.sentTickets.nodes.map((ticket) => [ticket.id, ticket]));
      setState((was) => ({
        ...was,
        more: Math.max(0, data.sentTickets.totalCount - known),
        rows: was.rows?.map((row) => changed(row, now.get(row.ticket.id))) ?? null,
      }));
    }

    return () => {
      over = true;
      for (const stop of stops) stop();
      reading.leave();
    };
  }, [client, isFollowed, key, reading, refresh]);

  return { ...state, loading: state.key !== key, failed: state.key === key ? state.failed : null, refresh };
}
