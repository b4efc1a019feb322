import { call } from "./api.js";

/** Neighbours that count, beside the query itself. */
export const K = 10;
const SAMPLE = 64;
const ROUNDS = 5;
const EFFORTS = [{ ef: 16 }, { ef: 32 }, { ef: 64 }, { ef: 128 }, { ef: 256 }, { targetRecall: 0.99 }, { targetRecall: 1 }];

/**
 * Searches for up to 64 points of a collection among the others, at each effort; yields `{done, total, result}`.
 * result: `null` until the end, then `{queries, steps: [{effort, ms, recall}]}`. ms: median over rounds of a batch's time
 * by a query, as this browser sees it. recall: share of the 10 nearest others that an exact search finds; of all queries.
 */
export async function* measure(collection, signal) {
  const total = 1 + ROUNDS * EFFORTS.length;
  yield { done: 0, total, result: null };
  const points = await sample(collection, signal);
  const search = searcher(collection, points, signal);
  const truth = await search(EFFORTS.at(-1)); // also warms up; its time does not count
  const times = EFFORTS.map(() => []);
  const found = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [place, effort] of EFFORTS.entries()) {
      yield { done: 1 + round * EFFORTS.length + place, total, result: null };
      const begin = performance.now();
      found[place] = await search(effort);
      times[place].push((performance.now() - begin) / points.ids.length);
    }
  }
  const steps = EFFORTS.map((effort, place) => ({ effort, ms: median(times[place]), recall: recall(found[place], truth) }));
  yield { done: total, total, result: { queries: points.ids.length, steps } };
}

/** Share of the true neighbours that were found, in [0, 1]; both: a list of ids each query. */
export function recall(found, truth) {
  const shares = truth.flatMap((ids, query) => ids.map((id) => (found[query].includes(id) ? 1 : 0)));
  return shares.length ? shares.reduce((sum, share) => sum + share, 0) / shares.length : 1;
}

async function sample({ name }, signal) {
  const body = { withVectors: true, pageSize: SAMPLE };
  return (await call(`/v1/${name}:listPoints`, { body, signal })).points;
}

function searcher({ name, fingerprint }, points, signal) {
  const fixed = { queries: points.vectors, k: K + 1, fingerprintDigest: fingerprint?.digest ?? "" };
  return async (effort) => {
    const { hits } = await call(`/v1/${name}:search`, { body: { ...fixed, ...effort }, signal });
    return hits.map(({ ids }, query) => ids.filter((id) => id !== points.ids[query]).slice(0, K));
  };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
