// One short message at the foot of the page about the action just done. It stays until the next message or until it is
// closed: no time limit to read it.
import { store, useStore } from "../app/store.ts";
import { useLanguage } from "../i18n/index.ts";
import { Button } from "./controls.tsx";
import { Icon } from "./icons.tsx";

const shown = store<string | null>(null);

export function say(message: string | null): void {
  shown.set(message);
}

export function Toast() {
  const { t } = useLanguage();
  const message = useStore(shown);
  return (
    <div className="toasts" role="status">
      {message && (
        <div className="toast">
          <Icon name="check" />
          <span>{message}</span>
          <Button kind="quiet" icon="close" aria-label={t.common.dismiss} onPress={() => say(null)} />
        </div>
      )}
    </div>
  );
}
