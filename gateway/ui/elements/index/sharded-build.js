import { LitElement, Task, TaskStatus, html, nothing } from "../../vendor/lit.js";
import { watchShardedBuild } from "../../lib/collections.js";
import { dateTime, duration, number, t, translated } from "../../lib/language.js";
import { isAbort } from "../../lib/problem.js";
import { identity } from "../../lib/session.js";
import { progress, shared } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";
import "../common/problem-card.js";
import "./build-failure.js";

/**
 * How the build in shards of a collection stands. name: `collections/{id}`. Sends `built` when it is seen to succeed.
 * Its content, if any, is shown instead where no build is known.
 */
export class ShardedBuild extends LitElement {
  static properties = { name: {}, build: { state: true } };

  static styles = [shared, progress];

  #watch = new Task(this, {
    task: async ([name], { signal }) => {
      this.build = null;
      for await (const build of watchShardedBuild(name, signal)) {
        signal.throwIfAborted();
        const wasAtWork = this.build && !this.build.done;
        this.build = build;
        if (wasAtWork && build.response) this.dispatchEvent(new CustomEvent("built"));
      }
    },
    args: () => [this.name, identity.value],
  });

  constructor() {
    super();
    this.build = null;
    translated(this);
    identity.watch(this);
  }

  disconnectedCallback() {
    this.#watch.abort();
    super.disconnectedCallback();
  }

  render() {
    const { status, error } = this.#watch;
    if (status === TaskStatus.ERROR && error.code === "UNAVAILABLE") return unknown("sharded.unavailable");
    if (status === TaskStatus.ERROR && !isAbort(error)) {
      return html`<problem-card .problem=${error} @retry=${() => this.#watch.run()}></problem-card>`;
    }
    if (this.build) return this.#progress(this.build);
    return status === TaskStatus.COMPLETE ? unknown("sharded.unknown") : nothing;
  }

  #progress({ metadata, done, error }) {
    const phase = short(metadata.phase, "SHARDED_BUILD_PHASE");
    const facts = {
      shards: metadata.shards ? t("sharded.of", { done: number(metadata.shardsDone), all: number(metadata.shards) }) : t("build.unknown"),
      fraction: number(metadata.fraction, { style: "percent" }),
      distances: number(Number(metadata.distances), { notation: "compact", maximumSignificantDigits: 3 }),
      ...(done
        ? { ended: metadata.endTime ? dateTime(metadata.endTime) : "–" }
        : { remaining: metadata.remaining ? duration(Number.parseFloat(metadata.remaining)) : t("build.unknown") }),
    };
    return html`
      <p role="status" data-phase=${phase}>${t(`sharded.phase.${phase}`)}</p>
      ${error ? html`<build-failure .reason=${error.message}></build-failure>` : nothing}
      ${done ? nothing : html`<progress max="1" value=${metadata.fraction} aria-label=${t("build.title")}></progress>`}
      <dl>
        ${Object.entries(facts).map(
          ([name, value]) => html`<div><dt>${t(name === "shards" || name === "ended" ? `sharded.${name}` : `build.${name}`)}</dt><dd data-fact=${name}>${value}</dd></div>`,
        )}
      </dl>
    `;
  }
}
customElements.define("sharded-build", ShardedBuild);

const unknown = (reason) => html`<slot><p role="status">${t(reason)}</p></slot>`;
