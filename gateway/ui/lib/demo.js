import { call, stream, text } from "./api.js";
import { Problem } from "./problem.js";

const CORPUS = "corpora/demo";
// Whoever looks at the page may not write corpora; the development sign-in lets us ask as the one who does.
const AS = "patient_data_steward";

/** Makes the demonstration corpus over the API, as any client would; yields `{step, done, total}`. */
export async function* loadDemo(signal) {
  yield { step: "create", done: 0, total: 0 };
  await allowing(["ALREADY_EXISTS"], () =>
    call("/v1/corpora", { body: { corpusId: "demo", corpus: { displayName: "Demonstration" } }, as: AS, signal }),
  );
  const documents = (await text("/demo/corpus.jsonl", signal)).split("\n").filter(Boolean);
  yield { step: "import", done: 0, total: documents.length };
  const lines = documents.map((document) => `{"document":${document}}`).join("\n");
  await call(`/v1/${CORPUS}:import`, { lines, as: AS, signal });
  yield* publish(signal);
}

async function* publish(signal) {
  // FAILED_PRECONDITION: the draft is published already, or is being published by somebody else.
  await allowing(["FAILED_PRECONDITION"], () => call(`/v1/${CORPUS}:publish`, { body: {}, as: AS, signal }));
  const { versions } = await call(`/v1/${CORPUS}/versions?pageSize=1`, { as: AS, signal });
  for await (const { version } of stream(`/v1/${versions[0].name}:watch`, { as: AS, signal })) {
    if (version.state === "VERSION_STATE_FAILED") throw new Problem({ code: "UNKNOWN", detail: version.failure });
    yield { step: "publish", done: Number(version.passagesEmbedded), total: Number(version.passages) };
  }
}

async function allowing(codes, action) {
  try {
    await action();
  } catch (problem) {
    if (!(problem instanceof Problem && codes.includes(problem.code))) throw problem;
  }
}
