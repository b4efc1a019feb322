/** What went wrong with a call: the members of an RFC 9457 problem. */
export class Problem extends Error {
  constructor(members) {
    super(members.title ?? members.code);
    this.name = "Problem";
    this.status = members.status ?? 0;
    this.code = members.code ?? "UNKNOWN";
    this.title = members.title ?? "";
    this.detail = members.detail ?? "";
    this.reason = members.reason ?? "";
    this.violations = members.violations ?? [];
    this.requiredScope = members.requiredScope ?? "";
    this.retryAfterMs = members.retryAfterMs ?? 0;
    this.traceId = members.traceId ?? "";
  }

  /** The problem of an answer that is not OK; a proxy in between may answer without one. */
  static async of(response) {
    const isProblem = (response.headers.get("content-type") ?? "").startsWith("application/problem+json");
    if (isProblem) return new Problem(await response.json());
    return new Problem({ code: response.status >= 500 ? "UNAVAILABLE" : "UNKNOWN", status: response.status });
  }

  /** No answer at all: the gateway is down or the network is. */
  static offline() {
    return new Problem({ code: "OFFLINE" });
  }
}

/** Whether an error means that we ourselves ended the call. */
export const isAbort = (error) => error instanceof DOMException && error.name === "AbortError";
