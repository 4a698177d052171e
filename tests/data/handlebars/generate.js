// Renders templates with npm `handlebars`, the oracle of `evaligo.notify.templates`.
//
//   npm install handlebars@4.7.10 && node generate.js > cases.jsonl
//
// One case a line: {template, data, text}, or {template, data, refused: true} where Handlebars does not take it.
"use strict";
const Handlebars = require("handlebars");

Handlebars.registerHelper("percent", (value, digits) =>
  typeof value === "number" ? (value * 100).toFixed(typeof digits === "number" ? digits : 1) + "%" : value);
Handlebars.registerHelper("number", (value) =>
  typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 3 }) : value);
Handlebars.registerHelper("truncate", (value, length) =>
  value.length <= length ? value : value.slice(0, length - 1).trimEnd() + "…");

const world = {
  experiment: { name: "support-bot & co", url: "https://evaligo.example/e/1?a=1&b=2", "two words": "<spaced>" },
  failed_metrics: [
    { name: "accuracy", current_value: 0.8126, change: "-4.2%", slices: ["de", "fr"] },
    { name: "latency_p95", current_value: 1.5, change: "+12%", slices: [] },
    { name: "cost", current_value: 0.0000001, change: "+3%", slices: ["en"], note: "\"new\" 'model' `x`=1" },
  ],
  failing_examples_count: 12,
  zero: 0, empty: "", none: null, no: false, yes: true, nothing: [], hollow: {}, many: 1e21, big: 1234567.891,
  pr: { url: "https://example.com/pull/7", number: 7 },
  by_slice: { de: 0.5, fr: 0.25 },
  nested: [[1, [2, null]], true],
  lines: "one\ntwo",
};

const fixed = [
  // values
  "{{zero}}|{{empty}}|{{none}}|{{no}}|{{yes}}|{{nothing}}|{{hollow}}|{{many}}|{{big}}|{{nested}}|{{lines}}|{{absent}}",
  "{{experiment.name}} {{{experiment.name}}} {{&experiment.name}} {{failed_metrics.2.note}}",
  "{{experiment/name}} {{this.experiment.name}} {{./experiment.name}} {{this/experiment/name}}",
  "{{experiment.[two words]}} {{[experiment].[name]}} {{failed_metrics.[0].name}} {{failed_metrics.length}}",
  "{{failed_metrics.9.name}} {{experiment.name.first}} {{experiment.constructor}} {{toString}} {{experiment.absent.deep}}",
  "{{ experiment.name }}{{\n pr.number\n}}", "{{by_slice.de}} {{this.by_slice.fr}} {{failed_metrics.0.slices}}",
  // conditions
  "{{#if zero}}1{{else}}2{{/if}}{{#if empty}}1{{else}}2{{/if}}{{#if nothing}}1{{else}}2{{/if}}{{#if hollow}}1{{else}}2{{/if}}",
  "{{#if zero includeZero=true}}1{{else}}2{{/if}}{{#unless zero includeZero=true}}1{{else}}2{{/unless}}",
  "{{#unless absent}}1{{/unless}}{{#unless yes}}1{{else}}2{{/unless}}{{#if yes}}{{pr.number}}{{../pr.number}}{{/if}}",
  "{{#if no}}a{{else if none}}b{{else if pr.url}}c{{else}}d{{/if}}", "{{#if no}}a{{else if none}}b{{else}}d{{/if}}",
  "{{#unless yes}}a{{else if no}}b{{else unless no}}c{{/unless}}", "{{#if no}}a{{^}}b{{/if}}",
  "{{#if no}}a{{else each by_slice}}{{@key}}={{this}};{{/if}}", "{{#if true}}t{{/if}}{{#if false}}f{{/if}}{{#if 0}}0{{/if}}",
  // loops
  "{{#each failed_metrics}}{{@index}}{{@first}}{{@last}} {{name}} {{../pr.number}} {{@root.pr.number}};{{/each}}",
  "{{#each failed_metrics}}{{#each slices}}{{this}}/{{../name}}/{{../../pr.number}}/{{@index}}/{{@../index}};{{else}}-{{/each}}{{/each}}",
  "{{#each by_slice}}{{@key}}={{this}}@{{@index}}{{#unless @last}}, {{/unless}}{{/each}}",
  "{{#each nothing}}x{{else}}none{{/each}}{{#each hollow}}x{{else}}none{{/each}}{{#each absent}}x{{else}}none{{/each}}",
  "{{#each pr.number}}x{{else}}none{{/each}}{{#each experiment.name}}x{{else}}none{{/each}}{{#each none}}x{{/each}}|",
  "{{#each nested}}[{{this}}]{{/each}}", "{{#each failed_metrics}}{{#if slices}}{{@index}}{{#each slices}}{{.}}{{/each}}{{/if}}{{/each}}",
  "{{@index}}{{@key}}{{@first}}{{../pr.number}}{{@../index}}", "{{#each by_slice}}{{..}}{{../pr.number}}{{../../pr}}{{/each}}",
  // comments
  "a{{! c }}b{{!-- }} --}}c{{!}}d{{!----}}e{{!--}}f", "a\n{{! alone }}\nb", "a\n  {{!-- alone\n two --}}  \nb", "a {{~! c ~}} b{{! c ~}}  c {{~!-- c --}}d",
  // escaped braces
  "\\{{pr.number}} {{pr.number}}", "\\\\{{pr.number}} \\\\\\{{pr.number}}", "a\\{{b}}c\\{{d}}{{pr.number}}", "\\{{b", "{ {a} } {", "a\\b \\ {{pr.number}}\\",
  "{{pr.number}}\\{{x}}\n{{#if yes}}\ny\n{{/if}}\n", "\\{{x}}\n  {{#if yes}}\ny\n  {{/if}}\nz",
  // white space
  "a  {{~pr.number~}}  b", "a\n\n{{~#if yes~}}\n x \n{{~/if~}}\n\nb", "{{#if no~}}  a  {{~else~}}  b  {{~/if}}", "a {{{~pr.number}}} b {{{pr.number}~}} c",
  "{{#if no}}\na\n{{else if yes}}\nb\n{{else}}\nc\n{{/if}}\n", "{{#if no~}}\na\n{{~else if no~}}\nb\n{{~else if yes~}}\n c \n{{~/if}}\nd",
  "{{#if no}} a {{else if no}} b {{~else if yes}} c {{/if}} d", "{{#if no}} a {{else if yes}} b {{~else if no}} c {{~/if}} d", "{{#if no}} a {{else if yes}} b {{else if no}} c {{~/if}} d",
  "  {{#if yes}}  \n  a\n  {{/if}}  \n  b", "x {{#if yes}}\n  a\n{{/if}}\nb", "{{#if yes}}\r\na\r\n{{/if}}\r\nb", "{{#if yes}}\n\n\n{{/if}}\n\n\nb", "{{#if yes}}{{/if}}\nb", "\n{{#if yes}}\n{{#if yes}}\na\n{{/if}}\n{{/if}}\n",
  "{{#each failed_metrics}}\n- {{name}}\n{{/each}}\n", "{{#each failed_metrics}}\n- {{name}}\n{{#each slices}}\n  * {{this}}\n{{/each}}\n{{/each}}\nend",
  "  {{pr.number}}  \n", "a\n {{#if yes}} b {{/if}} \nc", "{{#if yes}}\n {{! c }}\n{{/if}}\n", "{{#each absent}}\nx\n{{else}}\nnone\n{{/each}}\nb", "{{#each absent}}x{{^}}\nnone\n{{/each}}\n",
  "🚨 Quality regression detected in {{experiment.name}}\n\n**Metrics affected:**\n{{#each failed_metrics}}\n- {{name}}: {{current_value}} ({{change}} from baseline)\n{{/each}}\n\n**Failing examples:** {{failing_examples_count}}\n[View detailed results]({{experiment.url}})\n\n**Action required:** Review changes in {{pr.url}}\n",
  // helpers
  "{{percent by_slice.de}} {{percent by_slice.fr 2}} {{percent experiment.name}} {{{percent zero}}}", "{{number big}} {{number zero}} {{number failing_examples_count}}", "{{truncate experiment.name 8}} {{truncate 'a \"b\" c' 9}} {{truncate \"it's\" 2}}",
  "{{#each failed_metrics}}{{percent current_value}} {{percent ../by_slice.de 0}};{{/each}}",
  // what is refused
  "{{", "{{a", "{{}}", "{{#if a}}", "{{/if}}", "{{#if a}}{{/each}}", "{{else}}", "{{#if a}}{{else}}{{else}}{{/if}}", "{{#if}}x{{/if}}", "{{a}}}", "{{{a}}", "{{a.this}}", "{{a/../b}}", "{{a b}}", "{{a,b}}", "{{a!}}", "{{#each a}}{{#if b}}{{/each}}{{/if}}", "{{! a", "{{!-- a }}", "{{#if a b}}x{{/if}}", "{{percent a digits=}}", "{{&a}}}", "{{a.\"b\"}}", "{{^}}", "{{else if a}}", "{{#each a b}}{{/each}}",
];

// A small generator of random numbers that is the same everywhere (mulberry32).
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const random = generator(5);
const pick = (...choices) => choices[Math.floor(random() * choices.length)];
const often = (share) => random() < share;
const tilde = () => (often(0.12) ? "~" : "");
const lists = ["failed_metrics", "by_slice", "nothing", "slices", "absent", "../failed_metrics", "../slices", "hollow", "@root.failed_metrics"];
const values = ["experiment.name", "pr.number", "name", "this.name", "../name", "../pr.url", "@index", "@key", "@first", "@last", "@root.pr.number", "zero", "no", "yes", "empty", "none", "nothing", "absent.x", "change", "current_value", "../../pr.number", "failed_metrics.1.name", "by_slice.de", "slices", "slices.length", "this.[note]", "@../index"];

function text() {
  return Array.from({ length: pick(0, 1, 1, 2, 3) }, () => pick("a", "b c", " ", "  ", "\n", "\n", "\n\n", "\n  ", "  \n", "\t", "- ", "x\n", "\r\n", "<&>", "é", "= ", "y ", pick("-", "{", "}"), "\\ ")).join("");
}
function tag(inside, before = "", after = "") {
  return `{{${tilde()}${before}${inside}${after}${tilde()}}}`;
}
function output() {
  const value = pick(...values);
  const spaced = pick("", "", " ");
  if (often(0.12)) return `{{{${spaced}${value}${spaced}}}}`;
  return tag(value, spaced, spaced);
}
function comment() {
  return pick(`{{${tilde()}! a comment ${tilde()}}}`, `{{${tilde()}!-- a }} b --${tilde()}}}`);
}
function block(depth) {
  const kind = pick("each", "each", "if", "if", "unless");
  const value = kind === "each" ? pick(...lists) : pick(...values);
  let inside = body(depth + 1);
  for (let chain = 0; chain < 3 && often(0.25); chain += 1) {
    const next = pick("if", "if", "unless", "each");
    inside += tag(`else ${next} ${next === "each" ? pick(...lists) : pick(...values)}`) + body(depth + 1);
  }
  if (often(0.4)) inside += tag(pick("else", "else", "^")) + body(depth + 1);
  return tag(`#${kind} ${value}`) + inside + tag(`/${kind}`);
}
function body(depth = 0) {
  let made = text();
  for (let count = pick(0, 1, 1, 2, 3); count > 0; count -= 1) {
    const kind = random();
    made += kind < 0.4 ? output() : kind < 0.52 ? comment() : kind < 0.56 ? pick("\\{{name}}", "\\\\{{pr.number}}", "\\{{") : depth < 3 ? block(depth) : output();
    made += text();
  }
  return made;
}

function rendered(template) {
  try {
    return { template, text: Handlebars.compile(template)(world) };
  } catch {
    return { template, refused: true };
  }
}
const seen = new Set();
const cases = fixed.map(rendered);
while (seen.size < 700) {
  const template = body();
  if (template.includes("{{") && template.length < 600 && !seen.has(template)) {
    seen.add(template);
    cases.push(rendered(template));
  }
}
console.log(JSON.stringify({ handlebars: Handlebars.VERSION, data: world }));
cases.forEach((one) => console.log(JSON.stringify(one)));
