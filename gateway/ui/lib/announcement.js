import { tally } from "./check-run.js";
import { t } from "./language.js";
import { ORDER } from "./verdicts.js";

/** How far a check is, for screen readers. */
export function announcement(run) {
  if (!run?.claims) return "";
  if (!run.summary) return t("check.found", { count: run.claims.length });
  const { counts } = tally(run);
  return t("check.done", { words: ORDER.map((name) => `${t(`verdict.${name}`)} ${counts.get(name)}`).join(", ") });
}
