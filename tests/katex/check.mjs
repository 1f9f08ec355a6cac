// Parses every formula of a JSON list on standard input with KaTeX and fails where one is refused.
// Usage: python -m tests.katex.formulas | node tests/katex/check.mjs KATEX_FOLDER
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const katex = createRequire(join(process.argv[2], "package.json"))("katex");
const formulas = JSON.parse(readFileSync(0, "utf8"));
let refused = 0;
for (const formula of formulas) {
  try {
    katex.renderToString(formula, { displayMode: true, strict: "ignore", throwOnError: true });
  } catch (error) {
    refused += 1;
    if (refused <= 5) console.error(`${error.message}\n  in ${formula}`);
  }
}
console.log(`KaTeX: ${formulas.length - refused} formulas parsed, ${refused} refused`);
process.exit(refused || formulas.length === 0 ? 1 : 0);
