// The recipient structure, searched by name or SIRET while the person types.
import { useEffect, useState } from "react";
import { Button as AriaButton, ComboBox, FieldError, Input, ListBox, Popover, Text } from "react-aria-components";
import { useQuery } from "urql";
import { FindRecipientsDocument } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Entry, FieldLabel, type Option } from "../../ui/controls.tsx";
import { Icon } from "../../ui/icons.tsx";

export interface Recipient {
  id: string;
  label: string;
  services: Option[];
}

interface Props {
  value: Recipient | null;
  onChange(recipient: Recipient | null): void;
  error?: string | undefined;
}

const PAUSE_MS = 200;

export function RecipientField({ value, onChange, error }: Props) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState(value?.label ?? "");
  const [asked, setAsked] = useState("");
  useEffect(() => {
    // The field shows the chosen structure: nothing to search for.
    const timer = setTimeout(() => setAsked(typed === value?.label ? "" : typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);
  const [{ data }] = useQuery({ query: FindRecipientsDocument, variables: { search: asked } });
  const found = data?.structures ?? [];
  return (
    <ComboBox
      className="field"
      items={found.map((one): Option => ({ id: one.id, label: one.name, ...(one.siret ? { help: one.siret } : {}) }))}
      inputValue={typed}
      onInputChange={setTyped}
      value={value?.id ?? null}
      onChange={(key) => {
        const one = found.find((structure) => structure.id === key);
        if (!one) return;
        const services = one.services.filter((service) => service.receivesTickets);
        setTyped(one.name);
        onChange({ id: one.id, label: one.name, services: services.map(({ id, name }) => ({ id, label: name })) });
      }}
      isInvalid={!!error}
      isRequired
      validationBehavior="aria"
      menuTrigger="focus"
      allowsEmptyCollection={false}
    >
      <FieldLabel>{t.submit.recipient}</FieldLabel>
      <Text slot="description" className="help">
        {t.submit.recipientHelp}
      </Text>
      <div className="combo">
        <Input className="input" />
        <AriaButton className="button button--quiet button--icon combo__button">
          <Icon name="down" />
        </AriaButton>
      </div>
      <FieldError className="error">{error}</FieldError>
      <Popover className="popover">
        <ListBox className="listbox">{(option: Option) => <Entry option={option} />}</ListBox>
      </Popover>
    </ComboBox>
  );
}
