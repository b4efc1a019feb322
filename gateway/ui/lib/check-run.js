import { ORDER, short } from "./verdicts.js";

/**
 * A check as far as it has come; never changed, always replaced.
 * claims: as found, `null` before. results: by the claim's index. summary: `null` until the end.
 */
export const begin = (request) => ({
  request, claims: null, results: new Map(), version: "", summary: null, startedAt: new Date(),
}); // prettier-ignore

/** The run after one more message of the stream. */
export function advance(run, message) {
  if (message.claimsFound) {
    return { ...run, claims: message.claimsFound.claims, version: message.claimsFound.version };
  }
  if (message.claimResult) {
    const results = new Map(run.results).set(message.claimResult.claim.index, message.claimResult);
    return { ...run, results };
  }
  return message.summary ? { ...run, summary: message.summary } : run;
}

/** `SUPPORTED` and so on; empty while the claim is being judged. */
export function verdictOf(run, claim) {
  const result = run.results.get(claim.index);
  return result ? short(result.verdict, "VERDICT") : "";
}

/** How many claims have each verdict, in the order of `ORDER`, and how many wait for one. */
export function tally(run) {
  const counts = new Map(ORDER.map((verdict) => [verdict, 0]));
  let waiting = 0;
  for (const claim of run.claims ?? []) {
    const verdict = verdictOf(run, claim);
    if (counts.has(verdict)) counts.set(verdict, counts.get(verdict) + 1);
    else waiting += 1;
  }
  return { counts, waiting };
}

/** The claims that a filter (a set of verdicts, empty for all) lets through. */
export function visible(run, filter) {
  return (run.claims ?? []).filter((claim) => !filter.size || filter.has(verdictOf(run, claim)));
}

/** The judges that took part in at least one verdict. */
export function judges(run) {
  return [...new Set([...run.results.values()].flatMap((result) => result.judgesRun))];
}

/**
 * The claim that a reader should see first, as far as verdicts are known. As in the answer's verdict, one that is not
 * important and not settled outranks nothing.
 */
export function worst(run) {
  const claims = run?.claims ?? [];
  const counts = (claim, verdict) =>
    verdictOf(run, claim) === verdict && (verdict !== "NOT_ENOUGH_EVIDENCE" || run.results.get(claim.index).important);
  for (const verdict of ORDER) {
    const found = claims.find((claim) => counts(claim, verdict));
    if (found) return found;
  }
  return claims.find((claim) => verdictOf(run, claim) === "NOT_ENOUGH_EVIDENCE") ?? claims[0] ?? null;
}
