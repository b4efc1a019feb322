import { call } from "./api.js";

/** Kept results, newest first: `{results, nextPageToken}`. wanted: parameters of ListResults. */
export async function listResults(wanted, signal) {
  const given = Object.entries(wanted).filter(([, value]) => value !== "" && value !== undefined);
  return call(`/v1/results?${new URLSearchParams(given)}`, { signal });
}

/** One of them, with its claims. */
export const getResult = (id, signal) => call(`/v1/results/${id}`, { signal });

/** Deletes it with its texts and reviews. */
export const deleteResult = (id) => call(`/v1/results/${id}?requestId=${crypto.randomUUID()}`, { method: "DELETE" });

/** Says what is right of a claim; answers with the review. */
export const reviewClaim = (name, verdict, note) =>
  call(`/v1/${name}:review`, { body: { verdict: `VERDICT_${verdict}`, note, requestId: crypto.randomUUID() } });

/** How many claims a result's check judged. */
export const claimCount = ({ summary }) =>
  ["supported", "contradicted", "notEnoughEvidence", "conflicting", "notCheckable"]
    .map((name) => summary?.[name] ?? 0)
    .reduce((sum, value) => sum + value, 0);
