// The texts, dates and sizes in the chosen language.
import { useMemo } from "react";
import { preferences } from "../app/preferences.ts";
import { useStore } from "../app/store.ts";
import { en } from "./en.ts";
import { fr, type Words } from "./fr.ts";

/** French typography: a no-break space inside guillemets and before a colon, a thin one before ; ! ? and %. */
function typeset(text: string): string {
  return text
    .replace(/« /g, "«\u00a0")
    .replace(/ ([»:])/g, "\u00a0$1")
    .replace(/ ([;!?%])/g, "\u202f$1");
}

function typesetAll<T>(words: T): T {
  if (typeof words === "string") return typeset(words) as T;
  if (typeof words === "function") return ((...given: unknown[]) => typeset(words(...given) as string)) as T;
  if (Array.isArray(words)) return words.map(typesetAll) as T;
  return Object.fromEntries(Object.entries(words as object).map(([key, value]) => [key, typesetAll(value)])) as T;
}

const WORDS: Record<"fr" | "en", Words> = { fr: typesetAll(fr), en };

export interface Language {
  t: Words;
  language: "fr" | "en";
  /** 24/11/2026 10:01 */
  moment(iso: string): string;
  /** 24 novembre 2026 à 10:01 */
  longMoment(iso: string): string;
  size(bytes: number): string;
}

export function useLanguage(): Language {
  const { language } = useStore(preferences);
  return useMemo(() => {
    const t = WORDS[language];
    const locale = language === "fr" ? "fr-FR" : "en-GB";
    const short = new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short" });
    const long = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
    const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
    return {
      t,
      language,
      moment: (iso) => short.format(new Date(iso)).replace(",", ""),
      longMoment: (iso) => long.format(new Date(iso)),
      size(bytes) {
        const power = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
        return `${number.format(bytes / 1024 ** power)}\u00a0${t.common.bytes[power]}`;
      },
    };
  }, [language]);
}
