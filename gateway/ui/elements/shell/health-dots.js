import { LitElement, Task, css, html } from "../../vendor/lit.js";
import { every } from "../../lib/every.js";
import { t, translated } from "../../lib/language.js";
import { shared } from "../../lib/styles.js";

const EVERY_MS = 15_000;
const ICONS = { SERVING: "●", NOT_SERVING: "◐", UNREACHABLE: "○" };

/** How each service behind the gateway is: a shape, a colour and a word each. */
export class HealthDots extends LitElement {
  static styles = [
    shared,
    css`
      ul {
        display: flex;
        gap: 0.7rem;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 0.8125rem;
        color: var(--ink-2);
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.3em;
      }
      .SERVING {
        color: var(--supported);
      }
      .NOT_SERVING {
        color: var(--conflicting);
      }
      .UNREACHABLE {
        color: var(--contradicted);
      }
    `,
  ];

  #states = new Task(this, {
    task: async ([], { signal }) => {
      const response = await fetch("/services", { signal });
      return (await response.json()).services;
    },
    args: () => [],
  });

  constructor() {
    super();
    translated(this);
    every(this, EVERY_MS, () => this.#states.run());
  }

  render() {
    const states = this.#states.value ?? {};
    const isLost = this.#states.error !== undefined;
    return html`
      <ul aria-label=${t("shell.health")}>
        ${Object.entries(states).map(([name, last]) => {
          const state = isLost ? "UNREACHABLE" : last;
          const word = t(`health.${state}`);
          return html`
            <li title="${name}: ${word}">
              <span class=${state} aria-hidden="true">${ICONS[state]}</span>${name}<span class="unseen">${word}</span>
            </li>
          `;
        })}
      </ul>
    `;
  }
}
customElements.define("health-dots", HealthDots);
