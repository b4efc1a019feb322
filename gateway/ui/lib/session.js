import { Observable, remembered } from "./observable.js";
import { Problem } from "./problem.js";

/** What this gateway offers; `null` until it has answered. */
export const config = new Observable(null);

/** The role of the development sign-in. */
export const role = remembered("monshin.role", "clinician", [
  "viewer", "clinician", "model_developer", "patient_data_steward", "auditor", "administrator",
]); // prettier-ignore

/** Counts changes of who we are: what was refused before may be allowed now. */
export const identity = new Observable(0);

const RENEW_BEFORE_MS = 60_000;
const tokens = new Map();
let pasted = "";

/** A token that a person got elsewhere; kept in memory until the page is closed. */
export function usePastedToken(token) {
  pasted = token.trim();
  identity.set(identity.value + 1);
}

/** Whether calls can be made at all. */
export const isSignedIn = () => Boolean(config.value?.developmentSignIn || pasted);

/** Whether a call is worth offering. Only the development sign-in tells beforehand; the service decides in any case. */
export const may = (scope) => !config.value?.developmentSignIn || config.value.scopes[role.value].includes(scope);

role.subscribe(() => identity.set(identity.value + 1));

/** Asks the gateway what it offers. */
export async function loadConfig(signal) {
  const response = await fetch("/config.json", { signal }).catch(rethrow);
  if (!response.ok) throw await Problem.of(response);
  config.set(await response.json());
  return config.value;
}

/** The bearer token for a call, made anew a minute before it ends. */
export async function token(signal, asRole = role.value) {
  if (!config.value?.developmentSignIn) return pasted;
  const known = tokens.get(asRole);
  if (known && known.endsAt - Date.now() > RENEW_BEFORE_MS) return known.token;
  const response = await fetch("/dev/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role: asRole }),
    signal,
  }).catch(rethrow);
  if (!response.ok) throw await Problem.of(response);
  const answer = await response.json();
  tokens.set(asRole, { token: answer.token, endsAt: Date.now() + answer.expiresInS * 1000 });
  return answer.token;
}

function rethrow(error) {
  throw error instanceof TypeError ? Problem.offline() : error;
}
