import { LitElement, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { badges, shared, tones } from "../../lib/styles.js";
import { short } from "../../lib/verdicts.js";

const STATES = {
  READY: { icon: "✓", tone: "supported" },
  WAITING: { icon: "…", tone: "unsettled" },
  BUILDING: { icon: "▶", tone: "unsettled" },
  HELD: { icon: "‖", tone: "conflicting" },
  FAILED: { icon: "✕", tone: "contradicted" },
  QUARANTINED: { icon: "✕", tone: "contradicted" },
  SERVING: { icon: "●", tone: "unchecked" },
};

/** Icon, colour and word of an index's or a collection's state, by the proto's name of it. */
export class StateBadge extends LitElement {
  static properties = { state: {} };

  static styles = [shared, tones, badges];

  constructor() {
    super();
    this.state = "";
    translated(this);
  }

  render() {
    const name = short(short(this.state, "INDEX_STATE"), "COLLECTION_STATE");
    const { icon, tone } = STATES[name] ?? STATES.SERVING;
    return html`<span class="badge" data-tone=${tone} data-state=${name}>
      <span aria-hidden="true">${icon}</span>${t(`index.state.${STATES[name] ? name : "SERVING"}`)}
    </span>`;
  }
}
customElements.define("state-badge", StateBadge);
