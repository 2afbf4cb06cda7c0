// Login: a click on a demo login or a pasted token in the demo, otherwise the issuer.
import { useEffect, useState, type FormEvent } from "react";
import { Disclosure, DisclosurePanel, Heading, Button as AriaButton } from "react-aria-components";
import { config } from "../../app/config.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Button, Field } from "../../ui/controls.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Failed, Loading, Notice } from "../../ui/surfaces.tsx";
import { logIn } from "./session.ts";

interface DemoLogin {
  login: string;
  displayName: string;
  token: string;
}

const REQUESTERS = ["requester", "colleague", "other-requester"];

/** `again`: shown over the screens after the session has expired. */
export function SignIn({ again }: { again?: boolean }) {
  return config().demo ? <DemoSignIn /> : <OidcSignIn again={again ?? false} />;
}

function DemoSignIn() {
  const { t } = useLanguage();
  const [logins, setLogins] = useState<DemoLogin[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let over = false;
    setFailed(false);
    fetch("/demo/logins", { cache: "no-store" })
      .then((response) => response.json() as Promise<DemoLogin[]>)
      .then((found) => over || setLogins(found))
      .catch(() => over || setFailed(true));
    return () => void (over = true);
  }, [attempt]);
  if (failed) return <Failed onRetry={() => setAttempt(attempt + 1)} />;
  if (!logins) return <Loading />;
  const groups = [
    { title: t.signIn.agents, members: logins.filter((one) => !REQUESTERS.includes(one.login)) },
    { title: t.signIn.requesters, members: logins.filter((one) => REQUESTERS.includes(one.login)) },
  ];
  return (
    <>
      <p className="lead">{t.signIn.demo}</p>
      {groups.map(({ title, members }) => (
        <section key={title} className="logins">
          <h2 className="logins__title">{title}</h2>
          <ul className="logins__list">
            {members.map((one) => (
              <li key={one.login}>
                <AriaButton className="login" onPress={() => logIn(one.token)}>
                  <span className="login__name">{one.displayName}</span>
                  <span className="login__role">{t.signIn.roles[one.login]}</span>
                  <code className="login__code">{one.login}</code>
                </AriaButton>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <TokenForm />
    </>
  );
}

function TokenForm() {
  const { t } = useLanguage();
  const [token, setToken] = useState("");
  const [error, setError] = useState<string | undefined>();
  async function submit(event: FormEvent) {
    event.preventDefault();
    const given = token.trim().replace(/^Bearer\s+/i, "");
    try {
      const response = await fetch("/graphql", {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${given}` },
        body: JSON.stringify({ query: "{ viewer { user { id } } }" }),
      });
      if (response.ok) logIn(given);
      else setError(t.signIn.refused);
    } catch {
      setError(t.common.network);
    }
  }
  return (
    <Disclosure className="paste">
      <Heading level={2} className="paste__title">
        <AriaButton slot="trigger" className="disclose">
          <Icon name="down" />
          {t.signIn.paste}
        </AriaButton>
      </Heading>
      <DisclosurePanel>
        <form onSubmit={submit} className="stack">
          <Field label={t.signIn.token} help={t.signIn.tokenHelp} type="password" value={token} onChange={setToken} error={error} />
          <div>
            <Button type="submit" kind="primary">
              {t.signIn.submit}
            </Button>
          </div>
        </form>
      </DisclosurePanel>
    </Disclosure>
  );
}

function OidcSignIn({ again }: { again: boolean }) {
  const { t } = useLanguage();
  const [failed, setFailed] = useState(false);
  if (!config().clientId) return <Notice kind="danger">{t.signIn.notConfigured}</Notice>;
  async function go() {
    setFailed(false);
    try {
      const oidc = await import("./oidc.ts");
      await (again ? oidc.logInAgain() : oidc.leaveToLogIn());
    } catch {
      setFailed(true);
    }
  }
  return (
    <div className="stack">
      {failed && (
        <Notice kind="danger" alert>
          {t.signIn.failed}
        </Notice>
      )}
      <div>
        <Button kind="primary" onPress={() => void go()}>
          {t.signIn.oidc}
        </Button>
      </div>
    </div>
  );
}
