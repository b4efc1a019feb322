import { LitElement, html } from "../../vendor/lit.js";
import { t, translated } from "../../lib/language.js";
import { badges, shared, tones } from "../../lib/styles.js";
import { VERDICTS } from "../../lib/verdicts.js";

/** Icon, colour and word of a verdict; an empty `verdict` is one that is being found. */
export class VerdictBadge extends LitElement {
  static properties = { verdict: {} };

  static styles = [shared, tones, badges];

  constructor() {
    super();
    this.verdict = "";
    translated(this);
  }

  render() {
    const { icon, tone } = VERDICTS[this.verdict] ?? { icon: "…", tone: "waiting" };
    const word = t(this.verdict ? `verdict.${this.verdict}` : "verdict.waiting");
    return html`<span class="badge" data-tone=${tone}><span aria-hidden="true">${icon}</span>${word}</span>`;
  }
}
customElements.define("verdict-badge", VerdictBadge);
