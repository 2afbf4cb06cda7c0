// The routes. Addresses are in French, and hold everything that a list depends on: tab, search, filters, order, page.
import { createRootRoute, createRoute, createRouter, Link, Navigate } from "@tanstack/react-router";
import { Inbox } from "../features/inbox/Inbox.tsx";
import { parseSearch, type InboxSearch } from "../features/inbox/search.ts";
import { NewTicket } from "../features/sent/NewTicket.tsx";
import { SentPage } from "../features/sent/SentPage.tsx";
import { receives, sends, useViewer } from "../features/session/viewer.ts";
import { TicketPage, type Part } from "../features/ticket/TicketPage.tsx";
import { useLanguage } from "../i18n/index.ts";
import { Empty } from "../ui/surfaces.tsx";
import { Frame } from "./Frame.tsx";
import { keepInbox } from "./lastInbox.ts";

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 500) : undefined;
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });

const inbox = createRoute({
  getParentRoute: () => root,
  path: "/recus",
  validateSearch: (raw: Record<string, unknown>): InboxSearch => parseSearch(raw),
  component: function InboxRoute() {
    keepInbox(inbox.useSearch());
    return receives(useViewer()) ? <Inbox /> : <Home />;
  },
});

const ticket = createRoute({
  getParentRoute: () => root,
  path: "/tickets/$number",
  validateSearch: (raw: Record<string, unknown>): { vue?: Part } => {
    return { vue: (["activites", "pieces-jointes"] as const).find((part) => part === raw.vue) };
  },
  component: TicketPage,
});

const sent = createRoute({
  getParentRoute: () => root,
  path: "/emis",
  validateSearch: (raw: Record<string, unknown>): { q?: string; apres?: string; avant?: string } => {
    return { q: text(raw.q), apres: text(raw.apres), avant: text(raw.avant) };
  },
  component: function SentRoute() {
    return sends(useViewer()) ? <SentPage /> : <Home />;
  },
});

const submit = createRoute({ getParentRoute: () => root, path: "/emis/nouveau", component: NewTicket });

export const router = createRouter({
  routeTree: root.addChildren([home, inbox, ticket, sent, submit]),
  basepath: import.meta.env.BASE_URL,
  scrollRestoration: true,
  // Plain names and values, so that people can read and write addresses.
  parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return query ? `?${query}` : "";
  },
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function Home() {
  const { t } = useLanguage();
  const viewer = useViewer();
  if (receives(viewer)) return <Navigate to="/recus" replace />;
  if (sends(viewer)) return <Navigate to="/emis" replace />;
  return <Empty title={t.noProfile} />;
}

function NotFound() {
  const { t } = useLanguage();
  return (
    <div className="page">
      <h1>{t.notFound.title}</h1>
      <p>{t.notFound.text}</p>
      <Link to="/" className="button button--secondary">
        {t.notFound.home}
      </Link>
    </div>
  );
}
