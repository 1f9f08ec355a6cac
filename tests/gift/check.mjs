// Reads a GIFT file with gift-pegjs and prints, as JSON, what it understood of every numerical question.
// Usage: node tests/gift/check.mjs GIFT_PEGJS_FOLDER FILE
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { parse } = createRequire(join(process.argv[2], "package.json"))("gift-pegjs");
const questions = parse(readFileSync(process.argv[3], "utf8")).filter((each) => each.type === "Numerical");
const answers = ({ weight, text, feedback }) => ({
  weight, value: text.number, tolerance: text.range, feedback: feedback && feedback.text,
});
console.log(JSON.stringify(questions.map(({ title, choices }) => ({ title, answers: choices.map(answers) }))));
