import { LitElement, Task, css, html, nothing } from "../../vendor/lit.js";
import { idOf, listShardedBuilds } from "../../lib/collections.js";
import { t, translated } from "../../lib/language.js";
import { identity } from "../../lib/session.js";
import { shared } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";

/** Builds in shards that have not ended: their collections are not in the list yet. Nothing where there is none, or no record. collections: the list; asks anew with it. */
export class ShardedList extends LitElement {
  static properties = { collections: { attribute: false } };

  static styles = [
    shared,
    css`
      section {
        padding: 1rem 1.1rem;
      }
      h2 {
        font-size: 1rem;
      }
    `,
  ];

  #builds = new Task(this, {
    task: ([], { signal }) => listShardedBuilds(signal),
    args: () => [identity.value, this.collections],
  });

  constructor() {
    super();
    translated(this);
    identity.watch(this);
  }

  render() {
    const begun = (this.#builds.value ?? []).filter(({ done }) => !done);
    if (!begun.length) return nothing;
    return html`
      <section class="card">
        <h2>${t("sharded.list")}</h2>
        <ul>
          ${begun.map(({ metadata }) => {
            const id = idOf({ name: metadata.collection });
            return html`<li><a href="#/index?collection=${id}">${id}</a> ${t(`sharded.phase.${short(metadata.phase, "SHARDED_BUILD_PHASE")}`)}</li>`;
          })}
        </ul>
      </section>
    `;
  }
}
customElements.define("sharded-list", ShardedList);
