// « Pièces jointes »: every file of the ticket, with the activity that it came with.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useLanguage } from "../../i18n/index.ts";
import { download, Refused } from "../../net/download.ts";
import { Icon } from "../../ui/icons.tsx";
import { Empty } from "../../ui/surfaces.tsx";
import type { Activity, Ticket } from "./useTicket.ts";

type File = Activity["attachments"][number];

export function filesOf(ticket: Ticket): { file: File; from: Activity }[] {
  return ticket.activities.nodes.flatMap((from) => from.attachments.map((file) => ({ file, from })));
}

export function Attachments({ ticket }: { ticket: Ticket }) {
  const { t, longMoment } = useLanguage();
  const files = filesOf(ticket);
  if (files.length === 0) return <Empty title={t.ticket.noAttachment} />;
  return (
    <ul className="files card">
      {files.map(({ file, from }) => (
        <FileLink key={file.id} file={file} note={t.ticket.fileOf(from.label, longMoment(from.occurredAt))} />
      ))}
    </ul>
  );
}

export function FileLink({ file, note }: { file: File; note?: string }) {
  const { t, size } = useLanguage();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState("");
  // Only a file that the virus scan has cleared can be downloaded; the server refuses the others.
  const isPending = file.scanState === "PENDING";
  const isRejected = file.scanState === "REJECTED";
  async function get() {
    setBusy(true);
    try {
      await download(file.url, file.filename);
      setFailed("");
    } catch (error) {
      setFailed((error instanceof Refused && error.message) || t.ticket.downloadFailed);
    }
    setBusy(false);
  }
  return (
    <li className="files__item">
      <Icon name="file" />
      <span className="files__name">
        <span className={isRejected ? "files__gone" : undefined}>{file.filename}</span> <span className="help">{size(file.size)}</span>
        {note && <span className="help files__note">{note}</span>}
        {isPending && <span className="files__note files__pending">{t.ticket.scanPending}</span>}
        {isRejected && <span className="files__note error">{t.ticket.scanRejected}</span>}
      </span>
      {!isPending && !isRejected && (
        <AriaButton
          className="button button--quiet button--icon"
          aria-label={t.ticket.download(file.filename)}
          isPending={busy}
          onPress={() => void get()}
        >
          <Icon name="download" />
        </AriaButton>
      )}
      {failed && (
        <span className="error" role="alert">
          {failed}
        </span>
      )}
    </li>
  );
}
