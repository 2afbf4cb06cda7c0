// Dialogs, notices, badges, and the states of a read: loading, failed, empty.
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import type { TicketStatus } from "../gql/graphql.ts";
import { useLanguage } from "../i18n/index.ts";
import { Button } from "./controls.tsx";
import { Icon, type IconName } from "./icons.tsx";

interface SheetProps {
  title: string;
  /** Without it the dialog cannot be closed. */
  onClose?: () => void;
  children: ReactNode;
  role?: "dialog" | "alertdialog";
}

export function Sheet({ title, onClose, children, role = "dialog" }: SheetProps) {
  const { t } = useLanguage();
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable={false}
      isKeyboardDismissDisabled={!onClose}
      onOpenChange={(open) => !open && onClose?.()}
    >
      <Modal className="modal">
        <Dialog className="sheet" role={role}>
          <header className="sheet__head">
            <Heading slot="title" className="sheet__title" level={2}>
              {title}
            </Heading>
            {onClose && <Button kind="quiet" icon="close" aria-label={t.common.close} onPress={onClose} />}
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface NoticeProps {
  kind: "info" | "success" | "warning" | "danger";
  title?: string;
  children?: ReactNode;
  /** Read out as soon as it appears. */
  alert?: boolean;
}

const SIGNS: Record<NoticeProps["kind"], IconName> = { info: "info", success: "check", warning: "alert", danger: "alert" };

export function Notice({ kind, title, children, alert }: NoticeProps) {
  return (
    <div className={`notice notice--${kind}`} role={alert ? "alert" : undefined}>
      <Icon name={SIGNS[kind]} />
      <div className="notice__body">
        {title && <p className="notice__title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

export function StatusTag({ status, label }: { status: TicketStatus; label: string }) {
  return <span className={`tag tag--${status.toLowerCase()}`}>{label}</span>;
}

export function Loading() {
  const { t } = useLanguage();
  return (
    <div className="state" role="status">
      <span className="spinner" aria-hidden="true" />
      <p>{t.common.loading}</p>
    </div>
  );
}

export function Failed({ message, onRetry }: { message?: string; onRetry: () => void }) {
  const { t } = useLanguage();
  return (
    <div className="state">
      <Notice kind="danger" title={t.common.failed} alert>
        <p>{message ?? t.common.network}</p>
        <Button onPress={onRetry}>{t.common.retry}</Button>
      </Notice>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <p className="state__title">{title}</p>
      {children}
    </div>
  );
}
