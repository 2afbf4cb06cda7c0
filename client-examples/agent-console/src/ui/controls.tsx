// Buttons, fields and drop-down lists: React Aria's behaviour with the console's styles.
import type { ReactNode } from "react";
import {
  Button as AriaButton,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
  TextArea,
  TextField,
  type ButtonProps as AriaButtonProps,
} from "react-aria-components";
import { useLanguage } from "../i18n/index.ts";
import { Icon, type IconName } from "./icons.tsx";

interface ButtonProps extends Omit<AriaButtonProps, "children" | "className"> {
  kind?: "primary" | "secondary" | "quiet";
  icon?: IconName;
  children?: ReactNode;
}

export function Button({ kind = "secondary", icon, children, ...rest }: ButtonProps) {
  return (
    <AriaButton {...rest} className={`button button--${kind}${children ? "" : " button--icon"}`}>
      {icon && <Icon name={icon} />}
      {children}
    </AriaButton>
  );
}

/** A label that marks optional fields; most are required. */
export function FieldLabel({ children, optional }: { children: ReactNode; optional?: boolean }) {
  const { t } = useLanguage();
  return (
    <Label className="label">
      {children}
      {optional && <span className="label__hint"> ({t.common.optional})</span>}
    </Label>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onChange(value: string): void;
  help?: string;
  error?: string | undefined;
  /** Maximum number of characters; the count is shown near the maximum. */
  max?: number;
  lines?: number;
  type?: "text" | "password" | "date";
  optional?: boolean;
  autoFocus?: boolean;
  isDisabled?: boolean;
  name?: string;
}

export function Field({ label, value, onChange, help, error, max, lines, type, optional, ...rest }: FieldProps) {
  const { t } = useLanguage();
  const { autoFocus, ...field } = rest;
  return (
    <TextField {...field} className="field" value={value} onChange={onChange} isInvalid={!!error} isRequired={!optional} validationBehavior="aria">
      <FieldLabel optional={optional ?? false}>{label}</FieldLabel>
      {help && <Text slot="description" className="help">{help}</Text>}
      {lines ? (
        <TextArea className="input" rows={lines} maxLength={max} autoFocus={autoFocus ?? false} />
      ) : (
        <Input className="input" type={type ?? "text"} maxLength={max} autoFocus={autoFocus ?? false} />
      )}
      <FieldError className="error">{error}</FieldError>
      {max && value.length > max * 0.8 && <span className="help">{t.common.of(value.length, max)}</span>}
    </TextField>
  );
}

export interface Option {
  id: string;
  label: string;
  help?: string;
}

interface ChoiceProps {
  label: string;
  options: Option[];
  value: string | null;
  onChange(id: string): void;
  error?: string | undefined;
  help?: string;
  isDisabled?: boolean;
  /** Shows no label; screen readers still read it. */
  bare?: boolean;
  optional?: boolean;
  name?: string;
}

export function Choice({ label, options, value, onChange, error, help, isDisabled, bare, optional, name }: ChoiceProps) {
  const { t } = useLanguage();
  return (
    <Select
      className={`field${bare ? " field--bare" : ""}`}
      value={value}
      onChange={(key) => key !== null && onChange(String(key))}
      isInvalid={!!error}
      isDisabled={isDisabled ?? false}
      placeholder={t.common.choose}
      validationBehavior="aria"
      {...(bare ? { "aria-label": label } : {})}
      {...(name ? { name } : {})}
    >
      {!bare && <FieldLabel optional={optional ?? false}>{label}</FieldLabel>}
      {help && <Text slot="description" className="help">{help}</Text>}
      <AriaButton className="input choice">
        <SelectValue className="choice__value" />
        <Icon name="down" />
      </AriaButton>
      <FieldError className="error">{error}</FieldError>
      <Popover className="popover">
        <ListBox className="listbox" items={options}>
          {(option) => <Entry option={option} />}
        </ListBox>
      </Popover>
    </Select>
  );
}

export function Entry({ option }: { option: Option }) {
  return (
    <ListBoxItem id={option.id} className="entry" textValue={option.label}>
      <Text slot="label">{option.label}</Text>
      {option.help && <Text slot="description" className="entry__help">{option.help}</Text>}
    </ListBoxItem>
  );
}
