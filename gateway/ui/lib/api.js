import { Problem } from "./problem.js";
import { token } from "./session.js";
import { readEvents } from "./sse.js";

/** Calls the API and returns the answer's JSON. `options`: method, body (JSON value), lines (NDJSON), as (role), signal. */
export async function call(path, options = {}) {
  const response = await send(path, options, "application/json");
  return response.json();
}

/** Calls a streaming method: yields each message; throws a Problem where the stream fails. */
export async function* stream(path, options = {}) {
  const response = await send(path, options, "text/event-stream");
  for await (const event of readEvents(response.body)) {
    if (event.event === "end") return;
    if (event.event === "error") throw new Problem(JSON.parse(event.data));
    yield JSON.parse(event.data);
  }
  throw Problem.offline(); // cut without an end
}

/** A file of this gateway that needs no token. */
export async function text(path, signal) {
  const response = await fetch(path, { signal }).catch(offline);
  if (!response.ok) throw await Problem.of(response);
  return response.text();
}

async function send(path, { method, body, lines, as, signal }, accept) {
  const headers = { accept, authorization: `Bearer ${await token(signal, as)}` };
  if (lines !== undefined) headers["content-type"] = "application/x-ndjson";
  else if (body !== undefined) headers["content-type"] = "application/json";
  const content = lines ?? (body === undefined ? undefined : JSON.stringify(body));
  const verb = method ?? (content === undefined ? "GET" : "POST");
  const response = await fetch(path, { method: verb, headers, body: content, signal }).catch(offline);
  if (!response.ok) throw await Problem.of(response);
  return response;
}

function offline(error) {
  throw error instanceof TypeError ? Problem.offline() : error;
}
