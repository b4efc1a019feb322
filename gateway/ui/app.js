import "./lib/language.js";
import "./lib/theme.js";
import "./elements/shell/monshin-app.js";
