// Finds the one thing that some words of its name mean.
import { NotFound } from "./desk.js";

/** The thing of exactly that name, or else the only one with all these words in its name. Errors: NotFound. */
export function pickOne<Thing>(wanted: string, things: readonly Thing[], name: (thing: Thing) => string): Thing {
  const words = folded(wanted).split(/\s+/);
  const exact = things.filter((one) => name(one) === wanted);
  const found = exact.length ? exact : things.filter((one) => words.every((word) => folded(name(one)).includes(word)));
  const [only, ...others] = found;
  if (only === undefined || others.length) {
    const names = (found.length ? found : things).map(name).join(", ");
    throw new NotFound(`« ${wanted} » ne désigne pas un seul de : ${names}.`);
  }
  return only;
}

/** Without case or accents. */
function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().trim();
}
