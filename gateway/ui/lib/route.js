import { Observable } from "./observable.js";

/**
 * Where we are, kept behind the `#` of the URL: page and parameters that are ids and views, never a text.
 * The part behind `#` is not even sent to the server.
 */
export const route = new Observable(parse(location.hash));

window.addEventListener("hashchange", () => route.set(parse(location.hash)));

/** Goes to a page: a step that the back button undoes. */
export function visit(page, parameters = {}) {
  location.hash = format(page, parameters);
}

/** Changes parameters of this page; an empty value removes one. `step`: the back button undoes it. */
export function adjust(changes, { step = false } = {}) {
  const { page, parameters } = route.value;
  const merged = { ...parameters, ...changes };
  const hash = format(page, merged);
  if (step) {
    location.hash = hash;
    return;
  }
  history.replaceState(history.state, "", hash);
  route.set(parse(hash));
}

function parse(hash) {
  const [page, query] = hash.replace(/^#\/?/, "").split("?");
  return { page: page || "check", parameters: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

function format(page, parameters) {
  const kept = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined);
  const query = new URLSearchParams(kept).toString();
  return `#/${page}${query ? `?${query}` : ""}`;
}
