import { knows, t } from "./language.js";

/** Icon and name of the colour tokens of each verdict; the word is in the string tables. */
export const VERDICTS = {
  SUPPORTED: { icon: "✓", tone: "supported" },
  CONTRADICTED: { icon: "✕", tone: "contradicted" },
  CONFLICTING: { icon: "△", tone: "conflicting" },
  CONDITIONAL: { icon: "◇", tone: "conditional" },
  NOT_ENOUGH_EVIDENCE: { icon: "?", tone: "unsettled" },
  NOT_CHECKABLE: { icon: "–", tone: "unchecked" },
};

/** In the order in which a reader needs them. */
export const ORDER = ["CONTRADICTED", "CONFLICTING", "CONDITIONAL", "NOT_ENOUGH_EVIDENCE", "SUPPORTED", "NOT_CHECKABLE"];

export const STANCES = {
  SUPPORTS: { icon: "✓", tone: "supported" },
  CONTRADICTS: { icon: "✕", tone: "contradicted" },
  RELATED: { icon: "·", tone: "unchecked" },
};

/** `VERDICT_SUPPORTED` → `SUPPORTED`. */
export const short = (name, prefix) => (name ?? "").replace(`${prefix}_`, "");

/** The word of a finding's kind; one that is newer than this page keeps its own name. */
export function findingWord(kind) {
  return knows(`finding.${kind}`) ? t(`finding.${kind}`) : t("finding.other", { kind });
}

/** Whether a finding says that both sides cannot be right. */
export const isClash = (kind) => kind.endsWith("_conflict") || ["quantity_outside", "name_swap", "retraction", "other_case"].includes(kind);
