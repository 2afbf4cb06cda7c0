// A subscription that resumes from its last cursor after cuts, restarts, sleep and new logins.
import type { AnyVariables, Client, TypedDocumentNode } from "@urql/core";
import { onEnd, pipe, subscribe } from "wonka";
import { renewed, session } from "../features/session/session.ts";
import { codeOf } from "./client.ts";
import { backOff, behind, onWake, upToDate } from "./link.ts";

export interface Listening<Data> {
  data(data: Data): void;
  /** The cursor is too old: the screen must read its data again. The subscription has ended. */
  expired?(): void;
  /** The ticket or list does not exist, or is no longer visible to this person. The subscription has ended. */
  gone?(): void;
}

/** Follows until the returned function is called. `variables` is called at each attempt, for the present cursor. */
export function follow<Data, Variables extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: () => Variables,
  on: Listening<Data>,
): () => void {
  const who = {};
  let ended = false;
  let attempts = 0;
  let running: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function end() {
    ended = true;
    clearTimeout(timer);
    stopWaking();
    running?.();
    upToDate(who);
  }

  function later() {
    if (ended) return;
    running = undefined;
    behind(who);
    clearTimeout(timer);
    timer = setTimeout(() => void attempt(), backOff(attempts++));
  }

  async function attempt() {
    if (session.get().expired) await renewed();
    if (ended) return;
    let over = false;
    const again = () => {
      if (over) return;
      over = true;
      later();
    };
    const context = { connected: () => !over && upToDate(who) };
    const stopping = pipe(
      client.subscription(document, variables(), context as never),
      onEnd(again),
      subscribe((result) => {
        if (over || ended) return;
        // A part of an event would be taken for the whole: with an error beside it, it is asked for again.
        if (result.data !== undefined && result.data !== null && !result.error) {
          attempts = 0;
          upToDate(who);
          on.data(result.data);
        }
        if (!result.error) return;
        const code = codeOf(result.error);
        if (code === "CURSOR_EXPIRED" || code === "BAD_USER_INPUT") {
          end();
          on.expired?.();
        } else if (code === "NOT_FOUND") {
          end();
          on.gone?.();
        } else {
          again();
        }
      }),
    );
    running = () => {
      over = true;
      stopping.unsubscribe();
    };
  }

  const stopWaking = onWake(() => {
    if (running || ended) return;
    attempts = 0;
    clearTimeout(timer);
    void attempt();
  });
  behind(who);
  void attempt();
  return end;
}
