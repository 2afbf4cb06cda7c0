// The window of one action: explanation, fields, upload progress, refusal. What was typed is kept until the server has
// accepted it.
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState, type FormEvent } from "react";
import { ProgressBar } from "react-aria-components";
import { useClient, useQuery } from "urql";
import { config } from "../../app/config.ts";
import { lastInbox } from "../../app/lastInbox.ts";
import { ReadAssignableAgentsDocument, type TicketAction } from "../../gql/graphql.ts";
import { useLanguage } from "../../i18n/index.ts";
import { Button, Choice, Field } from "../../ui/controls.tsx";
import { FileDrop, useFileProblems } from "../../ui/FileDrop.tsx";
import { Notice, Sheet } from "../../ui/surfaces.tsx";
import { say } from "../../ui/toast.tsx";
import { useViewer } from "../session/viewer.ts";
import type { Ticket, Watched } from "../ticket/useTicket.ts";
import { dropDraft, keepDraft, readDraft } from "./drafts.ts";
import { onceKey, perform, type Refused } from "./perform.ts";
import { Moved, Refusal } from "./Refusal.tsx";

interface Props {
  action: TicketAction;
  /** The ticket as it was when the dialog opened, and as it is now. */
  seen: Ticket;
  ticket: Ticket;
  gone: boolean;
  onLearn: Watched["learn"];
  onAction(action: TicketAction): void;
  onClose(): void;
}

export function ActionDialog({ action, seen, ticket, gone, onLearn, onAction, onClose }: Props) {
  const { t } = useLanguage();
  const client = useClient();
  const navigate = useNavigate();
  const viewer = useViewer();
  const name = `${viewer.user.id}.${ticket.id}.${action}`;
  const [draft, setDraft] = useState(() => readDraft(name));
  const [assignee, setAssignee] = useState<string | null>(null);
  const [base, setBase] = useState(seen);
  const [share, setShare] = useState<number | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const keyOf = useRef(onceKey());
  const problems = useFileProblems(draft.files);

  const messageLabel = t.actions.message[action];
  const busy = share !== null;
  const possible = !gone && ticket.availableActions.includes(action);
  const moved = ticket.version > base.version || gone;
  const fields = new Map(refused?.fields.map((one) => [one.name, one.message]));
  const missingMessage = asked && messageLabel && draft.text.trim() === "" ? t.actions.empty : undefined;
  const missingAgent = asked && action === "ASSIGN" && !assignee ? t.actions.chooseAgent : undefined;

  function write(change: Partial<typeof draft>) {
    const next = { ...draft, ...change };
    setDraft(next);
    keepDraft(name, next);
  }

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    setAsked(true);
    if (busy || problems.length > 0) return;
    if ((messageLabel && draft.text.trim() === "") || (action === "ASSIGN" && !assignee)) return;
    // After the warning about changes, the action is sent for the ticket's present version.
    const version = ticket.version;
    setBase(ticket);
    setRefused(null);
    setFailure(null);
    setShare(0);
    const given = {
      ticketId: ticket.id,
      version: moved ? version : base.version,
      ...(messageLabel ? { message: draft.text } : {}),
      ...(draft.files.length > 0 ? { attachments: draft.files } : {}),
      ...(assignee ? { assigneeId: assignee } : {}),
    };
    try {
      const outcome = await perform(client, action, given, keyOf.current(given), setShare);
      if (outcome.__typename === "ActionRefused") {
        setRefused(outcome);
        if (outcome.currentTicket) onLearn(outcome.currentTicket, outcome.currentTicket.activities.nodes);
        setShare(null);
        return;
      }
      dropDraft(name);
      onLearn(outcome.ticket, [outcome.activity]);
      say(t.actions.done(outcome.activity.label));
      onClose();
      if (action === "TRANSFER_TO_SUPPORT") void navigate({ to: "/recus", search: lastInbox() });
    } catch (error) {
      setFailure(error instanceof Error && error.name === "Error" && error.message ? error.message : t.actions.lost);
      setShare(null);
    }
  }

  return (
    <Sheet title={t.actions.labels[action]} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className="stack" noValidate>
        <p className="sheet__of">
          {t.ticket.title(ticket.number)} – {ticket.shortDescription}
        </p>
        <p>{t.actions.explain[action]}</p>
        {moved && !refused && !busy && <Moved ticket={ticket} since={base} gone={gone} possible={possible} />}
        {refused && (
          <Refusal
            refused={refused}
            ticket={ticket}
            since={seen}
            possible={possible}
            gone={gone}
            onAssign={() => onAction("ASSIGN_TO_ME")}
          />
        )}
        {failure && (
          <Notice kind="danger" title={t.actions.refusedTitle} alert>
            <p>{failure}</p>
          </Notice>
        )}
        {action === "ASSIGN" && (
          <Agents ticketId={ticket.id} value={assignee} onChange={setAssignee} error={fields.get("assigneeId") ?? missingAgent} except={ticket.assignee?.id} />
        )}
        {messageLabel && (
          <Field
            label={messageLabel}
            lines={6}
            max={config().messageMax}
            value={draft.text}
            onChange={(text) => write({ text })}
            error={fields.get("message") ?? missingMessage}
            isDisabled={busy}
            autoFocus
          />
        )}
        {messageLabel && (
          <FileDrop files={draft.files} onChange={(files) => write({ files })} errors={fileErrors(fields)} error={fields.get("attachments")} isDisabled={busy} />
        )}
        {busy && (
          <ProgressBar aria-label={t.actions.sending} value={share * 100} className="progress">
            <span className="help">{draft.files.length > 0 ? t.actions.sent(share) : t.actions.sending}</span>
            <progress value={share} max={1} aria-hidden="true" />
          </ProgressBar>
        )}
        <div className="sheet__end">
          {!possible && draft.text && <CopyButton text={draft.text} />}
          <Button onPress={onClose}>{possible ? t.common.cancel : t.common.close}</Button>
          {possible && (
            <Button type="submit" kind="primary" isPending={busy}>
              {moved || refused?.code === "VERSION_CONFLICT" ? t.actions.sendAnyway : t.actions.labels[action]}
            </Button>
          )}
        </div>
      </form>
    </Sheet>
  );
}

/** The messages about attachments by index, from field names such as `attachments.2`. */
function fileErrors(fields: ReadonlyMap<string, string>): Map<number, string> {
  return new Map([...fields].filter(([name]) => name.startsWith("attachments.")).map(([name, text]) => [Number(name.split(".")[1]), text]));
}

function CopyButton({ text }: { text: string }) {
  const { t } = useLanguage();
  const [copied, setCopied] = useState(false);
  return (
    <Button onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
      {copied ? t.actions.copied : t.actions.copy}
    </Button>
  );
}

interface AgentsProps {
  ticketId: string;
  value: string | null;
  onChange(id: string): void;
  error?: string | undefined;
  except?: string | undefined;
}

function Agents({ ticketId, value, onChange, error, except }: AgentsProps) {
  const { t } = useLanguage();
  const [{ data, fetching }] = useQuery({ query: ReadAssignableAgentsDocument, variables: { ticketId } });
  const agents = (data?.ticket?.assignableAgents ?? []).filter((one) => one.id !== except);
  if (!fetching && agents.length === 0) return <p>{t.actions.noAgents}</p>;
  return (
    <Choice
      label={t.actions.agent}
      options={agents.map((one) => ({ id: one.id, label: one.displayName }))}
      value={value}
      onChange={onChange}
      error={error}
      isDisabled={fetching}
    />
  );
}
