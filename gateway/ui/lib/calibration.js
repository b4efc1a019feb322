import { call } from "./api.js";
import { short } from "./verdicts.js";

/**
 * How often people agreed with verdicts on a corpus; of an empty one (a check against sources), with those on sources and
 * on all corpora. `null` where this service or role does not tell it.
 */
export async function loadCalibration(corpus, signal) {
  try {
    return await call(`/v1/localCalibration?corpus=${encodeURIComponent(corpus ?? "")}`, { signal });
  } catch {
    return null; // it stands beside a verdict that is right without it
  }
}

/** The probability that was told for the verdict of a result; as core/agreement.py counts. */
export function told(result) {
  const { supported = 0, contradicted = 0, neither = 0 } = result.probabilities ?? {};
  const verdict = short(result.verdict, "VERDICT");
  if (verdict === "SUPPORTED" || verdict === "CONDITIONAL") return supported;
  if (verdict === "CONTRADICTED") return contradicted;
  return verdict === "CONFLICTING" ? Math.min(1, supported + contradicted) : neither;
}

/** The bin of a result, or `null` if nobody has reviewed such a one. */
export function binOf(calibration, result) {
  const value = told(result);
  const found = (calibration?.bins ?? []).find(
    (bin) => bin.verdict === result.verdict && value >= bin.low && (value < bin.high || bin.high === 1),
  );
  return found ?? null;
}
