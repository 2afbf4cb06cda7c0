// The form of a new ticket. The subcategory comes first because it decides the recipient.
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState, type FormEvent } from "react";
import { ProgressBar } from "react-aria-components";
import { useClient, useQuery } from "urql";
import { config } from "../../app/config.ts";
import { useTitle } from "../../app/title.ts";
import { PrepareSubmissionDocument, SubmitTicketDocument, type ObjectType } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Button, Choice, Field } from "../../ui/controls.tsx";
import { FileDrop, useFileProblems } from "../../ui/FileDrop.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Failed, Loading, Notice } from "../../ui/surfaces.tsx";
import { say } from "../../ui/toast.tsx";
import { dropDraft, keepDraft, readDraft } from "../actions/drafts.ts";
import { onceKey, send } from "../actions/perform.ts";
import { useViewer } from "../session/viewer.ts";
import { RecipientField, type Recipient } from "./RecipientField.tsx";

interface Form {
  issuer?: string;
  category?: string;
  subcategory?: string;
  objectType?: ObjectType;
  recipient?: Recipient;
  service?: string;
  shortDescription: string;
  description: string;
}

const NO_SERVICE = "*";

export function NewTicket() {
  const { t } = useLanguage();
  const client = useClient();
  const navigate = useNavigate();
  const draftName = `${useViewer().user.id}.new`;
  const [{ data, error }, again] = useQuery({ query: PrepareSubmissionDocument });
  const [form, setForm] = useState<Form>(() => {
    const kept = readDraft(draftName).text;
    return kept ? (JSON.parse(kept) as Form) : { shortDescription: "", description: "" };
  });
  const [files, setFiles] = useState<File[]>(() => readDraft(draftName).files);
  const [share, setShare] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [errors, setErrors] = useState<ReadonlyMap<string, string>>(new Map());
  const keyOf = useRef(onceKey());
  const problems = useFileProblems(files);
  useTitle(t.submit.title);

  const issuers = useMemo(() => {
    const mine = (data?.viewer.entitlements ?? []).filter((one) => one.profile === "SENT_TICKETS");
    return [...new Map(mine.map((one) => [one.structure.id, one.structure.name]))].map(([id, label]) => ({ id, label }));
  }, [data]);

  if (error && !data) return <Failed onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (!data) return <Loading />;

  const issuer = form.issuer ?? (issuers.length === 1 ? issuers[0]?.id : undefined);
  const category = data.categories.find((one) => one.id === form.category);
  const subcategory = category?.subcategories.find((one) => one.id === form.subcategory);
  const toService = subcategory?.destination === "BUSINESS_SERVICE";

  function write(change: Partial<Form>) {
    const next = { ...form, ...change };
    setForm(next);
    keepDraft(draftName, { text: JSON.stringify(next), files });
    setErrors((before) => new Map([...before].filter(([name]) => !FIELDS_OF(change).includes(name))));
  }

  function attach(chosen: File[]) {
    setFiles(chosen);
    keepDraft(draftName, { text: JSON.stringify(form), files: chosen });
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (share !== null) return;
    const given: Record<string, string | undefined> = {
      issuerStructureId: issuer,
      categoryId: category?.id,
      subcategoryId: subcategory?.id,
      objectType: form.objectType,
      ...(toService ? { recipientStructureId: form.recipient?.id } : {}),
      shortDescription: form.shortDescription.trim() || undefined,
      description: form.description.trim() || undefined,
    };
    const missing = Object.entries(given).filter(([, value]) => !value).map(([name]) => [name, t.submit.fields[name] ?? ""] as const);
    setErrors(new Map(missing));
    setFailure(missing.length > 0 ? t.submit.invalid : null);
    if (missing.length > 0 || problems.length > 0) return;
    const input = {
      ...(given as { issuerStructureId: string; categoryId: string; subcategoryId: string; shortDescription: string; description: string }),
      objectType: form.objectType!,
      ...(toService && form.service && form.service !== NO_SERVICE ? { recipientServiceId: form.service } : {}),
      ...(files.length > 0 ? { attachments: files } : {}),
    };
    setShare(0);
    try {
      const result = await send(client, SubmitTicketDocument, { input: { ...input, idempotencyKey: keyOf.current(input) } }, setShare);
      setShare(null);
      if (result.__typename === "ActionRefused") {
        setErrors(new Map(result.fields.map((one) => [one.name, one.message])));
        setFailure(result.message);
        return;
      }
      dropDraft(draftName);
      say(t.submit.done(result.ticket.number));
      void navigate({ to: "/tickets/$number", params: { number: result.ticket.number }, replace: true });
    } catch (problem) {
      setShare(null);
      setFailure(problem instanceof Error && problem.name === "Error" && problem.message ? problem.message : t.actions.lost);
    }
  }

  const fileErrors = new Map([...errors].filter(([name]) => name.startsWith("attachments.")).map(([name, text]) => [Number(name.split(".")[1]), text]));
  return (
    <div className="page page--narrow">
      <Link to="/emis" className="back">
        <Icon name="left" />
        {t.ticket.backSent}
      </Link>
      <h1>{t.submit.title}</h1>
      <form className="card stack form" onSubmit={(event) => void submit(event)} noValidate>
        {failure && (
          <Notice kind="danger" alert>
            <p>{failure}</p>
          </Notice>
        )}
        {issuers.length > 1 && (
          <Choice label={t.submit.issuer} options={issuers} value={issuer ?? null} onChange={(id) => write({ issuer: id })} error={errors.get("issuerStructureId")} />
        )}
        <div className="form__pair">
          <Choice
            label={t.submit.category}
            options={data.categories}
            value={form.category ?? null}
            onChange={(id) => write({ category: id, subcategory: undefined })}
            error={errors.get("categoryId")}
          />
          <Choice
            label={t.submit.subcategory}
            options={category?.subcategories ?? []}
            value={form.subcategory ?? null}
            onChange={(id) => write({ subcategory: id })}
            error={errors.get("subcategoryId")}
            isDisabled={!category}
          />
        </div>
        {subcategory && !toService && (
          <Notice kind="info">
            <p>{t.submit.toSupport}</p>
          </Notice>
        )}
        {toService && (
          <div className="form__pair">
            <RecipientField value={form.recipient ?? null} onChange={(recipient) => write({ recipient: recipient ?? undefined, service: undefined })} error={errors.get("recipientStructureId")} />
            <Choice
              label={t.submit.service}
              help={t.submit.serviceHelp}
              options={[{ id: NO_SERVICE, label: t.submit.noService }, ...(form.recipient?.services ?? [])]}
              value={form.service ?? NO_SERVICE}
              onChange={(id) => write({ service: id })}
              error={errors.get("recipientServiceId")}
              isDisabled={!form.recipient}
              optional
            />
          </div>
        )}
        <Choice
          label={t.submit.objectType}
          options={Object.entries(t.objects).map(([id, label]) => ({ id, label }))}
          value={form.objectType ?? null}
          onChange={(id) => write({ objectType: id as ObjectType })}
          error={errors.get("objectType")}
        />
        <Field label={t.submit.shortDescription} max={config().shortDescriptionMax} value={form.shortDescription} onChange={(shortDescription) => write({ shortDescription })} error={errors.get("shortDescription")} />
        <Field label={t.submit.description} lines={8} max={config().messageMax} value={form.description} onChange={(description) => write({ description })} error={errors.get("description")} />
        <FileDrop files={files} onChange={attach} errors={fileErrors} error={errors.get("attachments")} isDisabled={share !== null} />
        {share !== null && (
          <ProgressBar aria-label={t.actions.sending} value={share * 100} className="progress">
            <span className="help">{files.length > 0 ? t.actions.sent(share) : t.actions.sending}</span>
            <progress value={share} max={1} aria-hidden="true" />
          </ProgressBar>
        )}
        <div className="form__end">
          <Link to="/emis" className="button button--secondary">
            {t.common.cancel}
          </Link>
          <Button type="submit" kind="primary" isPending={share !== null}>
            {t.submit.send}
          </Button>
        </div>
      </form>
    </div>
  );
}

/** The fields of the form, under the names of the server's input. */
function FIELDS_OF(change: Partial<Form>): string[] {
  const names: Record<keyof Form, string> = {
    issuer: "issuerStructureId",
    category: "categoryId",
    subcategory: "subcategoryId",
    objectType: "objectType",
    recipient: "recipientStructureId",
    service: "recipientServiceId",
    shortDescription: "shortDescription",
    description: "description",
  };
  return Object.keys(change).map((name) => names[name as keyof Form]);
}
