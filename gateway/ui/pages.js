import { html } from "./vendor/lit.js";

/** The pages in the order of the navigation. A new page is one line here and one folder under `elements/`. */
export const PAGES = [
  {
    id: "check",
    label: "nav.check",
    load: () => import("./elements/check/check-page.js"),
    render: () => html`<check-page></check-page>`,
  },
  {
    id: "review",
    label: "nav.review",
    load: () => import("./elements/review/review-page.js"),
    render: () => html`<review-page></review-page>`,
  },
  {
    id: "index",
    label: "nav.index",
    load: () => import("./elements/index/index-page.js"),
    render: () => html`<index-page></index-page>`,
  },
];

/** The page of an id; the first one for an id that does not exist. */
export const pageOf = (id) => PAGES.find((page) => page.id === id) ?? PAGES[0];
