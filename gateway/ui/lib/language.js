import { remembered } from "./observable.js";
import { en } from "./strings/en.js";
import { ja } from "./strings/ja.js";

const TABLES = { ja, en };

/** `ja` or `en`; at the first visit what the browser prefers. */
export const language = remembered("monshin.language", navigator.language.startsWith("ja") ? "ja" : "en", ["ja", "en"]);

const apply = (value) => {
  document.documentElement.lang = value;
};
language.subscribe(apply);
apply(language.value);

/** The string of a key in the present language; `{name}` is filled from `values`. A test keeps both tables equal. */
export function t(key, values = {}) {
  const text = TABLES[language.value][key];
  if (text === undefined) throw new Error(`no string ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Whether a key exists: words of services, such as kinds of findings, may be newer than this page. */
export function knows(key) {
  return key in TABLES[language.value];
}

/** A number in the present language. */
export function number(value, options = {}) {
  return new Intl.NumberFormat(language.value, options).format(value);
}

/** An ISO date in the present language; as it is where it is no date. */
export function date(iso) {
  const parsed = new Date(`${iso}T00:00:00`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso) || Number.isNaN(parsed.getTime())) return iso;
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(parsed);
}

/** A moment (Date, or ISO text) in the present language. */
export function dateTime(moment) {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}

/** A size in KiB, MiB or GiB, with three digits. */
export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = count >= 1 ? Math.min(Math.floor(Math.log2(count) / 10), units.length - 1) : 0;
  return `${number(count / 1024 ** power, { maximumSignificantDigits: power ? 3 : 4 })} ${units[power]}`;
}

/** A length of time: seconds below two minutes, then minutes, then hours. */
export function duration(seconds) {
  const [value, unit] = seconds < 120 ? [seconds, "second"] : seconds < 7200 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  return number(value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** Renders `host` when the language changes. */
export function translated(host) {
  language.watch(host);
}
