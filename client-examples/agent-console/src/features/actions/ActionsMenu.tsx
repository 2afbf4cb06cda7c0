// The « Actions » menu: the ticket's `availableActions`, in the server's order.
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import type { TicketAction } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Button } from "../../ui/controls.tsx";
import { Icon } from "../../ui/icons.tsx";

interface Props {
  actions: readonly TicketAction[];
  onAction(action: TicketAction): void;
}

export function ActionsMenu({ actions, onAction }: Props) {
  const { t } = useLanguage();
  // A newer server may have actions that this console does not know.
  const known = actions.filter((action) => t.actions.labels[action]);
  if (known.length === 0) return <p className="muted head__none">{t.actions.none}</p>;
  return (
    <div className="head__actions">
      <MenuTrigger>
        <Button kind="primary">
          {t.actions.menu}
          <Icon name="down" />
        </Button>
        <Popover className="popover" placement="bottom end">
          <Menu className="listbox" onAction={(key) => onAction(key as TicketAction)}>
            {known.map((action) => (
              <MenuItem key={action} id={action} className="entry">
                {t.actions.labels[action]}
              </MenuItem>
            ))}
          </Menu>
        </Popover>
      </MenuTrigger>
    </div>
  );
}
