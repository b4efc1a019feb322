import { css } from "../vendor/lit.js";

/** What all elements share: buttons, fields, cards, words for screen readers. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  button,
  select,
  input,
  textarea {
    font: inherit;
    font-weight: 400;
    color: inherit;
  }
  ::placeholder {
    color: var(--ink-2);
    opacity: 1;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4em;
    min-height: 2.25rem;
    padding: 0.25rem 0.9rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
    white-space: nowrap;
    cursor: pointer;
    transition: background var(--step);
  }
  button:hover:not(:disabled) {
    background: var(--surface-2);
  }
  button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 86%, var(--ink));
  }
  button.plain {
    min-height: 0;
    padding: 0.1rem 0.35rem;
    border-color: transparent;
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  select,
  input,
  textarea {
    width: 100%;
    padding: 0.45rem 0.6rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-s);
    background: var(--surface);
  }
  :focus-visible {
    outline: 3px solid var(--focus);
    outline-offset: 2px;
  }
  dialog:focus-visible {
    outline: none;
  }
  a {
    color: var(--accent);
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  .card {
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .muted {
    color: var(--ink-2);
  }
  .small {
    font-size: 0.875rem;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .bone {
    display: block;
    height: 1em;
    border-radius: var(--radius-s);
    background: var(--surface-2);
    animation: breathe 1.4s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** The colours of a verdict on an element with `data-tone`. */
export const tones = css`
  [data-tone="supported"] {
    --tone: var(--supported);
    --tone-soft: var(--supported-soft);
  }
  [data-tone="contradicted"] {
    --tone: var(--contradicted);
    --tone-soft: var(--contradicted-soft);
  }
  [data-tone="conflicting"] {
    --tone: var(--conflicting);
    --tone-soft: var(--conflicting-soft);
  }
  [data-tone="conditional"] {
    --tone: var(--conditional);
    --tone-soft: var(--conditional-soft);
  }
  [data-tone="unsettled"] {
    --tone: var(--unsettled);
    --tone-soft: var(--unsettled-soft);
  }
  [data-tone="unchecked"],
  [data-tone="waiting"] {
    --tone: var(--unchecked);
    --tone-soft: var(--unchecked-soft);
  }
`;

/** A word with its icon on an element with `data-tone`. */
export const badges = css`
  :host {
    display: inline-block;
  }
  .badge {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    padding: 0.05rem 0.6rem;
    border: 1px solid var(--tone);
    border-radius: 999px;
    background: var(--tone-soft);
    color: var(--tone);
    font-size: 0.875rem;
    font-weight: 600;
    white-space: nowrap;
  }
`;

/** A dialog over the page; its element says how wide. */
export const dialogs = css`
  dialog {
    padding: 1.5rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-2);
  }
  dialog::backdrop {
    background: #0008;
  }
`;

/** How far something has got: a bar, and facts beside each other. */
export const progress = css`
  progress {
    width: 100%;
    height: 0.8rem;
    accent-color: var(--accent);
  }
  dl {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4rem 1.75rem;
    margin: 0.4rem 0 0;
  }
  dt {
    color: var(--ink-2);
    font-size: 0.8125rem;
  }
  dd {
    margin: 0;
    font-variant-numeric: tabular-nums;
  }
`;

/** Tables of facts: numbers stand to the right, and a narrow screen scrolls the table, not the page. */
export const tables = css`
  .scroll {
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.5rem 0.75rem;
    border-bottom: 1px solid var(--line);
    text-align: left;
    white-space: nowrap;
  }
  tbody tr:last-child > * {
    border-bottom: 0;
  }
  thead th {
    color: var(--ink-2);
    font-size: 0.8125rem;
    font-weight: 600;
  }
  tbody th {
    min-width: 6rem;
    font-weight: 600;
    white-space: normal;
  }
  .number {
    text-align: right;
  }
  @media (max-width: 40rem) {
    th,
    td {
      padding-inline: 0.4rem;
    }
  }
`;

/** The colours of the parts of a picture on elements with `data-hue`, 0 to 5. The policy allows no inline style. */
export const hues = css`
  [data-hue="0"] {
    --hue: var(--accent);
  }
  [data-hue="1"] {
    --hue: var(--conflicting);
  }
  [data-hue="2"] {
    --hue: var(--unsettled);
  }
  [data-hue="3"] {
    --hue: var(--contradicted);
  }
  [data-hue="4"] {
    --hue: var(--supported);
  }
  [data-hue="5"] {
    --hue: var(--unchecked);
  }
`;
