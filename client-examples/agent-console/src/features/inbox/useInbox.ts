// The live list: read once, then followed from its `liveCursor`, which the server takes before it reads the rows.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useClient } from "urql";
import { useStore } from "../../app/store.ts";
import { CountTabsDocument, ReadInboxDocument, WatchInboxDocument, type InboxTab } from "../../gql/graphql.ts";
import { codeOf } from "../../net/client.ts";
import { follow } from "../../net/follow.ts";
import { behind, upToDate } from "../../net/link.ts";
import { useReading } from "../../net/useReading.ts";
import { countsOf, deskCounts, type Counts } from "./counts.ts";
import { apply, read, type Live } from "./rows.ts";
import type { InboxVariables } from "./search.ts";

export interface Inbox {
  live: Live | null;
  page: number;
  pageCount: number;
  labels: readonly { tab: InboxTab; label: string }[];
  counts: Counts;
  loading: boolean;
  failed: string | null;
  /** Reads the list again, with the tickets that waited. */
  refresh(): void;
}

interface State {
  live: Live | null;
  /** The tab, search and filter of `live`. */
  lists: string;
  tabs: { tab: InboxTab; label: string }[];
  failed: string | null;
  key: string;
}

const NOBODY: ReadonlySet<string> = new Set();
const RECOUNT_MS = 250;
/** Milliseconds that counter and list may disagree: the same events update both, over two subscriptions. */
const DISAGREE_MS = 1_500;

export function useInbox(variables: InboxVariables): Inbox {
  const client = useClient();
  const desk = useStore(deskCounts);
  const [generation, setGeneration] = useState(0);
  const [state, setState] = useState<State>({ live: null, lists: "", tabs: [], failed: null, key: "" });
  const [narrowed, setNarrowed] = useState<Counts>({});
  const fresh = useRef<ReadonlySet<string>>(NOBODY);
  const key = JSON.stringify(variables);
  const loadingKey = `${key}#${generation}`;
  const isNarrow = variables.search !== null || variables.filter !== null;
  const refresh = useCallback(() => setGeneration((n) => n + 1), []);
  const reading = useReading(refresh);

  const lists = JSON.stringify([variables.tab, variables.search, variables.filter]);
  const live = state.live;
  useEffect(() => {
    fresh.current = live?.waiting ?? NOBODY;
  }, [live]);
  // Tickets that waited in one list are not new in another.
  useEffect(() => () => void (fresh.current = NOBODY), [lists]);

  useEffect(() => {
    let stop = () => {};
    let over = false;
    const news = fresh.current;
    reading.begin();
    void client
      .query(ReadInboxDocument, variables)
      .toPromise()
      .then(({ data, error }) => {
        if (over) return;
        if (!data) {
          const failed = codeOf(error) ? (error?.graphQLErrors[0]?.message ?? "") : "";
          const isStale = codeOf(error) === undefined;
          setState((before) => ({ ...before, failed, key: loadingKey, live: isStale && before.lists === lists ? before.live : null }));
          reading.failed(codeOf(error) !== undefined);
          return;
        }
        const { nodes, totalCount, liveCursor } = data.ticketPage;
        let cursor = liveCursor;
        setState({ live: read(nodes, totalCount, liveCursor, news), lists, tabs: data.tabs, failed: null, key: loadingKey });
        setNarrowed(countsOf(data.tabs));
        const { tab, search, filter } = variables;
        stop = follow(client, WatchInboxDocument, () => ({ tab, search, filter, after: cursor }), {
          data({ inboxChanges }) {
            cursor = inboxChanges.cursor;
            setState((before) => (before.live ? { ...before, live: apply(before.live, inboxChanges) } : before));
          },
          expired: refresh,
        });
        reading.done();
      });
    return () => {
      over = true;
      stop();
      reading.leave();
    };
    // `loadingKey` holds `variables` as text.
  }, [client, lists, loadingKey, reading, refresh]);

  // Under a search or filter the counters are counted again when the desk or the list changes.
  useEffect(() => {
    if (!isNarrow) return;
    let over = false;
    const timer = setTimeout(() => {
      const { search, filter } = variables;
      void client
        .query(CountTabsDocument, { search, filter })
        .toPromise()
        .then(({ data }) => {
          if (data && !over) setNarrowed(countsOf(data.tabs));
        });
    }, RECOUNT_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, isNarrow, lists, desk, live?.cursor]);

  // Counters and rows must agree: while they do not, the screen does not say « À jour », and the list is read again.
  const told = isNarrow ? undefined : desk?.[variables.tab];
  const disagree = live !== null && state.key === loadingKey && told !== undefined && told !== live.total;
  useEffect(() => {
    if (!disagree) return;
    const who = {};
    behind(who);
    const timer = setTimeout(refresh, DISAGREE_MS);
    return () => {
      clearTimeout(timer);
      upToDate(who);
    };
  }, [disagree, refresh]);

  // An empty list shows new tickets at once: there is no row to move.
  const nothing = live !== null && live.rows.length === 0 && live.waiting.size > 0 && variables.page === 1;
  useEffect(() => {
    if (nothing) refresh();
  }, [nothing, refresh]);

  const counts = useMemo(() => {
    const base = isNarrow ? narrowed : (desk ?? narrowed);
    return live && state.key === loadingKey ? { ...base, [variables.tab]: live.total } : base;
  }, [isNarrow, narrowed, desk, live, state.key, loadingKey, variables.tab]);

  return {
    live,
    page: variables.page,
    pageCount: live ? Math.ceil(live.total / variables.pageSize) : 0,
    labels: state.tabs,
    counts,
    loading: state.key !== loadingKey,
    failed: state.key === loadingKey ? state.failed : null,
    refresh,
  };
}
