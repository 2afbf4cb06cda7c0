// Which of several things a person means by some words.
import { NotThere } from "./desk.js";

/** The one thing of that name, or else the only one with these words in its name. Errors: NotThere. */
export function the<Thing>(wanted: string, things: readonly Thing[], name: (thing: Thing) => string): Thing {
  const words = folded(wanted).split(/\s+/);
  const exact = things.filter((one) => name(one) === wanted);
  const found = exact.length ? exact : things.filter((one) => words.every((word) => folded(name(one)).includes(word)));
  const [only, ...others] = found;
  if (only === undefined || others.length) {
    const names = (found.length ? found : things).map(name).join(", ");
    throw new NotThere(`« ${wanted} » ne désigne pas un seul de : ${names}.`);
  }
  return only;
}

/** Without case or accents. */
function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase().trim();
}
