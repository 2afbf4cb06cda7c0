// A read that a screen stands on: until it is done the screen is not up to date, and where nobody answers it is tried again.
import { useMemo } from "react";
import { backOff, behind, onWake, upToDate } from "./link.ts";

export interface Reading {
  begin(): void;
  done(): void;
  /** Tried again when the page wakes up, and soon where nobody answered: `refused` is a no that the server said itself. */
  failed(refused: boolean): void;
  /** The screen is left. */
  leave(): void;
}

/** `again` begins the read anew; it must be the same function at every rendering. */
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
