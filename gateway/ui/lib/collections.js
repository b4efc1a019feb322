import { call, stream } from "./api.js";
import { Problem } from "./problem.js";

const AGAIN_MS = 1000;
const AWAY_MS = 60_000; // as long as a service may take to come back

/** Whether the service may be back in a moment: what a page shows need not be taken away. */
export const isPassing = (problem) => problem instanceof Problem && ["OFFLINE", "UNAVAILABLE"].includes(problem.code);

/** `collections/notes` → `notes`. */
export const idOf = (collection) => collection.name.replace("collections/", "");

export const isQuarantined = (collection) => collection.state === "COLLECTION_STATE_QUARANTINED";

/** All collections that we may read, by name. */
export async function listCollections(signal) {
  const found = [];
  let token = "";
  do {
    const page = await call(`/v1/collections?pageSize=1000&pageToken=${encodeURIComponent(token)}`, { signal });
    found.push(...page.collections);
    token = page.nextPageToken;
  } while (token);
  return found;
}

/** The state of each collection's index by the collection's name, for the first `most` that serve. */
export async function listStates(collections, most, signal) {
  const asked = collections.filter((one) => !isQuarantined(one)).slice(0, most);
  // One that was deleted meanwhile has no state; that is no reason to show none of the others.
  const answers = await Promise.allSettled(asked.map(({ name }) => call(`/v1/${name}/index`, { signal })));
  return new Map(answers.flatMap(({ value }, place) => (value ? [[asked[place].name, value.state]] : [])));
}

/** Whether a collection was built in shards, by what the service says to a question about its index. */
export const isSharded = (problem) =>
  problem instanceof Problem && problem.code === "FAILED_PRECONDITION" && problem.reason === "READ_ONLY";

/** The index now and after each change, until nothing is being built; goes on where the service is away. */
export async function* watchIndex(name, signal) {
  for await (const { index } of watched(`/v1/${name}/index:watch`, signal)) yield index;
}

/** Builds in shards, the newest first: each an operation whose metadata is a ShardedBuildProgress. */
export async function listShardedBuilds(signal) {
  const found = [];
  let token = "";
  do {
    const page = await call(`/v1/ann/jobs?pageSize=1000&pageToken=${encodeURIComponent(token)}`, { signal });
    found.push(...page.builds);
    token = page.nextPageToken;
  } while (token);
  return found;
}

/** The newest build of a collection, now and each time it has got further, until its end; nothing where there is none. */
export async function* watchShardedBuild(collection, signal) {
  const found = (await listShardedBuilds(signal)).find(({ metadata }) => metadata.collection === collection);
  if (!found) return;
  for await (const { build } of watched(`/v1/${found.name}:watch`, signal)) yield build;
}

async function* watched(path, signal) {
  let heardMs = performance.now();
  for (;;) {
    try {
      for await (const message of stream(path, { signal })) {
        heardMs = performance.now();
        yield message;
      }
      return;
    } catch (problem) {
      if (!isPassing(problem) || performance.now() - heardMs > AWAY_MS) throw problem;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    signal.throwIfAborted();
  }
}

/** Bytes of vectors, of edges with codes, and of points without a graph. */
export function memoryOf(collection, index) {
  const sum = (field) => index.segments.reduce((total, segment) => total + Number(segment[field]), 0);
  const [vectors, graphs] = [sum("vectorBytes"), sum("graphBytes")];
  return { vectors, graphs, head: Math.max(0, Number(collection.stats.memoryBytes) - vectors - graphs) };
}
