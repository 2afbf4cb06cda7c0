// The state of a read that a screen needs: until it is done the screen is not up to date; without an answer it is retried.
import { useMemo } from "react";
import { backOff, behind, onWake, upToDate } from "./link.ts";

export interface Reading {
  begin(): void;
  done(): void;
  /** Retries when the page wakes up, and soon where no answer came; `refused` is an error that the server answered. */
  failed(refused: boolean): void;
  /** Call when the screen is left. */
  leave(): void;
}

/** `again` starts the read again; it must be the same function at every render. */
export function useReading(again: () => void): Reading {
  return useMemo(() => {
    const who = {};
    let failures = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopWaking = () => {};

    function rest() {
      clearTimeout(timer);
      stopWaking();
    }
    return {
      begin: () => behind(who),
      done() {
        failures = 0;
        upToDate(who);
      },
      failed(refused) {
        rest();
        stopWaking = onWake(again);
        if (!refused) timer = setTimeout(again, backOff(failures++));
      },
      leave() {
        rest();
        upToDate(who);
      },
    };
  }, [again]);
}
