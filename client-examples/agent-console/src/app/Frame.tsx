// The frame of every screen: login, navigation, state of the connection, account.
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { I18nProvider, RouterProvider } from "react-aria-components";
import { Provider, useClient, useQuery } from "urql";
import { followAlerts } from "../features/alerts/alerts.ts";
import { followCounts } from "../features/inbox/counts.ts";
import { logOut, session } from "../features/session/session.ts";
import { SignIn } from "../features/session/SignIn.tsx";
import { receives, sends, ViewerContext, type Viewer } from "../features/session/viewer.ts";
import { ReadViewerDocument } from "../gql/graphql.ts";
import { useLanguage } from "../i18n/index.ts";
import { codeOf, createClient } from "../net/client.ts";
import { link } from "../net/link.ts";
import { useReading } from "../net/useReading.ts";
import { Failed, Loading, Sheet } from "../ui/surfaces.tsx";
import { say, Toast } from "../ui/toast.tsx";
import { AccountMenu } from "./AccountMenu.tsx";
import { config } from "./config.ts";
import { preferences } from "./preferences.ts";
import { useStore } from "./store.ts";
import { useTitle } from "./title.ts";

export function Frame() {
  const { language } = useStore(preferences);
  const { token, expired } = useStore(session);
  const navigate = useNavigate();
  // A new language needs a new client: all labels of the server are read again.
  const client = useMemo(() => createClient(), [language]);
  return (
    <I18nProvider locale={language === "fr" ? "fr-FR" : "en-GB"}>
      <RouterProvider navigate={(to) => void navigate({ to })}>
        <Provider value={client}>
          {token === null ? <Door /> : <Inside key={language} />}
          {token !== null && expired && <Expired />}
        </Provider>
      </RouterProvider>
    </I18nProvider>
  );
}

function Door() {
  const { t } = useLanguage();
  useTitle(t.signIn.title);
  return (
    <>
      <header className="top">
        <Brand />
        <AccountMenu viewer={null} />
      </header>
      <main id="main" className="page page--narrow">
        <h1>{t.signIn.title}</h1>
        <SignIn />
      </main>
      <Toast />
    </>
  );
}

function Expired() {
  const { t } = useLanguage();
  return (
    <Sheet title={t.signIn.expiredTitle} role="alertdialog">
      <p>{t.signIn.expired}</p>
      <SignIn again />
    </Sheet>
  );
}

function Brand() {
  const { t } = useLanguage();
  return (
    <Link to="/" className="brand">
      <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width="32" height="32" />
      <span className="brand__name">{t.product}</span>
      <span className="brand__line">{t.tagline}</span>
    </Link>
  );
}

function Inside() {
  const { token } = useStore(session);
  const [{ data, error }, again] = useQuery({ query: ReadViewerDocument });
  const viewer = data?.viewer ?? null;
  const known = useRef<string | null>(null);
  const retry = useCallback(() => again({ requestPolicy: "network-only" }), [again]);
  const reading = useReading(retry);

  // After an expired login another person may log in: the screens of the first one are thrown away.
  useEffect(retry, [token, retry]);
  useEffect(() => {
    // The effects of the screens inside run first: their reads, already begun, are of the old session too.
    if (viewer) reading.done();
    else if (error) reading.failed(codeOf(error) !== undefined);
    else reading.begin();
  }, [viewer, error, reading]);
  useEffect(() => reading.leave, [reading]);
  useEffect(() => {
    if (!viewer) return;
    if (known.current !== null && known.current !== viewer.user.id) location.reload();
    known.current = viewer.user.id;
  }, [viewer]);

  return (
    <>
      <Top viewer={viewer} />
      <main id="main" tabIndex={-1}>
        {viewer ? (
          <ViewerContext value={viewer}>
            <Followed viewer={viewer} />
            <Outlet />
          </ViewerContext>
        ) : error ? (
          <Failed onRetry={retry} />
        ) : (
          <Loading />
        )}
      </main>
      <Toast />
    </>
  );
}

/** The subscriptions that run on every screen: counters and alerts. */
function Followed({ viewer }: { viewer: Viewer }) {
  const client = useClient();
  const { t } = useLanguage();
  const { notify } = useStore(preferences);
  const navigate = useNavigate();
  const agent = receives(viewer);
  useEffect(() => (agent ? followCounts(client) : undefined), [client, agent]);
  useEffect(() => {
    if (!agent || !notify) return;
    return followAlerts(client, viewer.user.id, t, (number) => void navigate({ to: "/tickets/$number", params: { number } }));
  }, [client, agent, notify, viewer.user.id, t, navigate]);
  return null;
}

function Top({ viewer }: { viewer: Viewer | null }) {
  const { t } = useLanguage();
  return (
    <header className="top">
      <a className="skip" href="#main">
        {t.skip}
      </a>
      <Brand />
      <nav className="nav" aria-label={t.menu.main}>
        {viewer && receives(viewer) && (
          <Link to="/recus" className="nav__link">
            {t.menu.received}
          </Link>
        )}
        {viewer && sends(viewer) && (
          <Link to="/emis" className="nav__link">
            {t.menu.sent}
          </Link>
        )}
      </nav>
      <LinkState />
      <AccountMenu viewer={viewer} onLogOut={() => void logOut(leaveIssuer).catch(() => say(t.account.logOutFailed))} />
    </header>
  );
}

/** Leaves the account at the issuer, too, where the login was there. */
async function leaveIssuer(): Promise<void> {
  say(null);
  if (config().demo || !config().clientId) return;
  const oidc = await import("../features/session/oidc.ts");
  await oidc.leaveToLogOut();
}

function LinkState() {
  const { t } = useLanguage();
  const state = useStore(link);
  return (
    <p className={`link link--${state}`} role="status" title={t.link.help[state]}>
      <span className="link__dot" aria-hidden="true" />
      {t.link[state]}
    </p>
  );
}
