// The account menu: language, theme, alerts, log out.
import { useState } from "react";
import { Dialog, DialogTrigger, Popover, Radio, RadioGroup, Label, Switch } from "react-aria-components";
import { mayNotify } from "../features/alerts/alerts.ts";
import { receives, type Viewer } from "../features/session/viewer.ts";
import { useLanguage } from "../i18n/index.ts";
import { Button } from "../ui/controls.tsx";
import { prefer, preferences, type Preferences } from "./preferences.ts";
import { useStore } from "./store.ts";

export function AccountMenu({ viewer, onLogOut }: { viewer: Viewer | null; onLogOut?: () => void }) {
  const { t } = useLanguage();
  const now = useStore(preferences);
  const [refused, setRefused] = useState(false);
  const organisations = [...new Set(viewer?.entitlements.map((one) => one.structure.name))];
  const title = viewer ? t.menu.account : t.account.settings;

  async function notify(wanted: boolean) {
    const allowed = !wanted || (await mayNotify());
    setRefused(!allowed);
    prefer({ notify: wanted && allowed });
  }

  return (
    <DialogTrigger>
      <Button kind="quiet" icon="user" aria-label={viewer ? `${title} : ${viewer.user.displayName}` : title}>
        {viewer && <span className="top__name">{viewer.user.displayName}</span>}
      </Button>
      <Popover className="popover popover--account" placement="bottom end">
        <Dialog className="account" aria-label={title}>
          {viewer && (
            <div className="account__who">
              <strong>{viewer.user.displayName}</strong>
              {organisations.map((name) => (
                <span key={name} className="help">
                  {name}
                </span>
              ))}
            </div>
          )}
          <Pick
            label={t.account.language}
            value={now.language}
            options={{ fr: "Français", en: "English" }}
            onChange={(language) => prefer({ language: language as Preferences["language"] })}
          />
          <Pick label={t.account.theme} value={now.theme} options={t.account.themes} onChange={(theme) => prefer({ theme: theme as Preferences["theme"] })} />
          {viewer && receives(viewer) && (
            <div className="account__switches">
              <Toggle label={t.account.notify} on={now.notify} onChange={(on) => void notify(on)} />
              {refused && (
                <p className="error" role="alert">
                  {t.account.notifyRefused}
                </p>
              )}
              <Toggle label={t.account.badge} on={now.badge} onChange={(badge) => prefer({ badge })} />
            </div>
          )}
          {viewer && <Button onPress={() => onLogOut?.()}>{t.account.logOut}</Button>}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Toggle({ label, on, onChange }: { label: string; on: boolean; onChange(on: boolean): void }) {
  return (
    <Switch className="switch" isSelected={on} onChange={onChange}>
      <span className="switch__track" aria-hidden="true" />
      {label}
    </Switch>
  );
}

interface PickProps {
  label: string;
  value: string;
  options: Record<string, string>;
  onChange(value: string): void;
}

function Pick({ label, value, options, onChange }: PickProps) {
  return (
    <RadioGroup className="pick" value={value} onChange={onChange} orientation="horizontal">
      <Label className="label">{label}</Label>
      <div className="pick__options">
        {Object.entries(options).map(([id, words]) => (
          <Radio key={id} value={id} className="pick__one">
            {words}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
