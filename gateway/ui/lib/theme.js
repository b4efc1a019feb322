import { remembered } from "./observable.js";

export const THEMES = ["system", "light", "dark"];

/** `system` follows the machine's own setting. */
export const theme = remembered("monshin.theme", "system", THEMES);

const apply = (value) => {
  if (value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
};
theme.subscribe(apply);
apply(theme.value);
