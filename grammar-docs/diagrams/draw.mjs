// Draws grammar-docs/grammar.ebnf: one SVG a rule, and diagrams.md, which shows them all.
//
//   node grammar-docs/diagrams/draw.mjs FOLDER_WITH_node_modules      (`make diagrams` does it)
//
// The drawing is by railroad-diagrams (Tab Atkins Jr., CC0). Every SVG carries the SHA-256 of the
// grammar it was drawn from; .ci/check-docs compares it, so the two cannot drift apart.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const folder = path.dirname(fileURLToPath(import.meta.url));
const docs = path.dirname(folder);
const require = createRequire(path.join(path.resolve(process.argv[2] ?? "."), "package.json"));
const railroad = require("railroad-diagrams");

// --- Reading: tokens, then ISO 14977 as far as the grammar uses it.

const kTokens = [
  ["blank", /\s+/y],
  ["comment", /\(\*[^]*?\*\)/y],
  ["terminal", /"[^"]*"/y],
  ["special", /\?[^?]*\?/y],
  ["name", /[A-Za-z]+/y],
  ["sign", /[=,|;()[\]{}]/y],
];

function tokensOf(text) {
  const tokens = [];
  for (let at = 0; at < text.length; ) {
    const line = text.slice(0, at).split("\n").length;
    const found = kTokens.find(([, pattern]) => ((pattern.lastIndex = at), pattern.test(text)));
    if (found === undefined) {
      throw new Error(`grammar.ebnf:${line}: cannot read ${text.slice(at, at + 20)}`);
    }
    const [kind, pattern] = found;
    const token = { kind, text: text.slice(at, pattern.lastIndex), at, end: pattern.lastIndex, line };
    at = pattern.lastIndex;
    if (kind !== "blank") {
      tokens.push(token);
    }
  }
  return tokens;
}

const oneLine = (text) => text.replace(/\s+/g, " ").trim();

/// [{name, body, source, note, section}]. A comment on the line a rule ends on is its note; one on
/// a line of its own begins a section.
function rulesOf(text) {
  const tokens = tokensOf(text);
  const rules = [];
  let next = 0;
  let section = "";
  const peek = () => tokens[next] ?? { kind: "end", text: "", line: 0 };
  const is = (sign) => peek().kind === "sign" && peek().text === sign;
  const take = (what) => {
    const token = peek();
    if (token.kind !== what && token.text !== what) {
      throw new Error(`grammar.ebnf:${token.line}: ${what} expected, not ${token.text}`);
    }
    next += 1;
    return token;
  };

  function item() {
    const token = peek();
    if (token.kind === "terminal") {
      return { kind: "terminal", text: take("terminal").text.slice(1, -1) };
    }
    if (token.kind === "special") {
      return { kind: "special", text: oneLine(take("special").text.slice(1, -1)) };
    }
    if (token.kind === "name") {
      return { kind: "rule", text: take("name").text };
    }
    const groups = { "(": ["group", ")"], "[": ["optional", "]"], "{": ["repeat", "}"] };
    const [kind, close] = groups[token.text] ?? [];
    if (kind === undefined) {
      throw new Error(`grammar.ebnf:${token.line}: a symbol expected, not ${token.text}`);
    }
    take(token.text);
    const inner = choice();
    take(close);
    return kind === "group" ? inner : { kind, inner };
  }
  function sequence() {
    const items = [item()];
    while (is(",")) {
      take(",");
      items.push(item());
    }
    return items.length === 1 ? items[0] : { kind: "sequence", items };
  }
  function choice() {
    const items = [sequence()];
    while (is("|")) {
      take("|");
      items.push(sequence());
    }
    return items.length === 1 ? items[0] : { kind: "choice", items };
  }

  while (peek().kind !== "end") {
    if (peek().kind === "comment") {
      section = oneLine(take("comment").text.slice(2, -2));
      continue;
    }
    const name = take("name");
    take("=");
    const body = choice();
    const stop = take(";");
    const rule = { name: name.text, body, source: text.slice(name.at, stop.end), note: "", section };
    if (peek().kind === "comment" && peek().line === stop.line) {
      rule.note = oneLine(take("comment").text.slice(2, -2));
    }
    rules.push(rule);
  }
  return rules;
}

// --- Drawing.

/// East Asian characters are as wide as two others; the package counts them as one.
const columns = (text) =>
  [...text].reduce((sum, point) => sum + (/[\u2E80-\uFFEF]/u.test(point) ? 2 : 1), 0);

function box(make, text, kind) {
  const made = make(text);
  made.attrs = { class: kind };
  made.width = Math.ceil((columns(text) * 8.5 + 20) / 2) * 2;
  return made;
}

const kLineColumns = 76;
/// A description, over several lines.
function described(text) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line !== "" && columns(line) + columns(word) >= kLineColumns) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
    }
  }
  return lines;
}

/// Text in words is a box of its own kind: the package knows boxes of one line only.
function prose(text) {
  const lines = described(text);
  const made = box(railroad.NonTerminal, lines[0], "prose");
  const height = 16;
  made.width = Math.max(...lines.map(columns)) * 7.5 + 24;
  made.up = (lines.length * height) / 2 + 4;
  made.down = made.up;
  made.format = function (x, y, width) {
    const left = x + (width - this.width) / 2;
    const shape = [
      `<path d="M${x} ${y}h${left - x}"></path>`,
      `<path d="M${left + this.width} ${y}h${x + width - left - this.width}"></path>`,
      `<rect x="${left}" y="${y - this.up}" width="${this.width}" height="${this.up + this.down}"></rect>`,
    ];
    lines.forEach((line, i) => {
      const escaped = line.replace(/&/g, "&amp;").replace(/</g, "&lt;");
      const top = y - this.up + 4 + (i + 0.75) * height;
      shape.push(`<text x="${left + this.width / 2}" y="${top}">${escaped}</text>`);
    });
    this.children = shape.map((part) => `${part}\n`);
    return this;
  };
  return made;
}

function isSame(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/// x, { sep, x } is one loop through x with sep on the way back; x, { x } a loop with nothing there.
function loop(before, repeated) {
  const inner = repeated.inner;
  const parts = inner.kind === "sequence" ? inner.items : [inner];
  if (before === undefined || !isSame(parts[parts.length - 1], before)) {
    return undefined;
  }
  const back = parts.slice(0, -1).map(draw);
  return railroad.OneOrMore(draw(before), back.length === 0 ? undefined : railroad.Sequence(...back));
}

function sequence(items) {
  const drawn = [];
  items.forEach((each, i) => {
    const looped = each.kind === "repeat" ? loop(items[i - 1], each) : undefined;
    if (looped !== undefined) {
      drawn[drawn.length - 1] = looped;
    } else {
      drawn.push(draw(each));
    }
  });
  return drawn.length === 1 ? drawn[0] : railroad.Sequence(...drawn);
}

function draw(node) {
  switch (node.kind) {
    case "terminal":
      return box(railroad.Terminal, node.text, "terminal");
    case "rule":
      return box(railroad.NonTerminal, node.text, "rule");
    case "special":
      return prose(node.text);
    case "sequence":
      return sequence(node.items);
    case "choice":
      return railroad.Choice(0, ...node.items.map(draw));
    case "optional":
      return railroad.Optional(draw(node.inner));
    case "repeat":
      return railroad.ZeroOrMore(draw(node.inner));
    default:
      throw new Error(`cannot draw ${node.kind}`);
  }
}

const kStyle = `
svg { background: #fff; }
path { stroke: #555; stroke-width: 2; fill: none; }
text { font: 14px "DejaVu Sans Mono", Consolas, Menlo, "Noto Sans Mono CJK SC", "WenQuanYi Micro Hei", monospace;
       text-anchor: middle; fill: #111; }
rect { stroke: #555; stroke-width: 1.5; }
.terminal rect { fill: #e3f3e1; }
.rule rect { fill: #e6eefb; }
.prose rect { fill: #f6f2e6; stroke-dasharray: 4 3; }
.prose text { font-size: 12px; }
`;

function svgOf(rule, hash) {
  const diagram = railroad.Diagram(draw(rule.body));
  // The ends are lines, the middle is what can be read aloud.
  const drawn = diagram.format(12, 12, 12, 12).toString();
  const head = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"[^>]*>/.exec(drawn);
  const [width, height] = [Math.ceil(head[1]), Math.ceil(head[2])];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">\n` +
    `<!-- drawn from grammar.ebnf, sha256 ${hash} -->\n` +
    `<title>${rule.name}</title>\n<style>${kStyle}</style>\n` +
    drawn.slice(head[0].length).trimStart()
  );
}

// --- Writing.

/// `and` and `AND` are one file where upper and lower case are not told apart.
const fileOf = (name) => (/^[A-Z]/.test(name) ? `token-${name.toLowerCase()}` : name);
const linkTo = (name) => `[\`${name}\`](#${fileOf(name)})`;

function usedBy(rules, name) {
  return rules.filter((rule) => JSON.stringify(rule.body).includes(`{"kind":"rule","text":"${name}"}`));
}

function pageOf(rules) {
  const lines = [
    "# The grammar as diagrams · 语法图",
    "",
    "Drawn from [grammar.ebnf](grammar.ebnf) by `make diagrams`; do not edit. Follow a line from left to right: rounded green boxes are typed as they",
    "stand, blue ones are other diagrams, dashed ones are described in words. Blanks may stand between any two boxes unless the text says that they touch.",
    "What it all means is in [language.en.md](language.en.md).",
    "",
    "由 `make diagrams` 根据 [grammar.ebnf](grammar.ebnf) 生成，请勿手工修改。沿线从左到右读：绿色圆角框照原样书写，蓝色框见另一张图，虚线框是文字说明。",
    "除非注明“touch”（紧挨着），任意两框之间都可以有空格。含义见 [language.zh.md](language.zh.md)。",
  ];
  let section;
  for (const rule of rules) {
    if (rule.section !== section) {
      section = rule.section;
      if (rule !== rules[0]) {
        lines.push("", "---", "", section);
      }
    }
    lines.push("", `<a id="${fileOf(rule.name)}"></a>`, "", `### \`${rule.name}\``, "");
    lines.push(`![${rule.name}](diagrams/${fileOf(rule.name)}.svg)`, "");
    lines.push("```ebnf", rule.source, "```");
    if (rule.note !== "") {
      lines.push("", `${rule.note[0].toUpperCase()}${rule.note.slice(1)}.`);
    }
    const users = usedBy(rules, rule.name);
    if (users.length > 0) {
      lines.push("", `Used in ${users.map((user) => linkTo(user.name)).join(", ")}.`);
    }
  }
  return lines.join("\n") + "\n";
}

const text = readFileSync(path.join(docs, "grammar.ebnf"), "utf8");
const hash = createHash("sha256").update(text).digest("hex");
const rules = rulesOf(text);
const names = new Set(rules.map((rule) => rule.name));
for (const [, name] of JSON.stringify(rules.map((rule) => rule.body)).matchAll(/"kind":"rule","text":"(\w+)"/g)) {
  if (!names.has(name)) {
    throw new Error(`grammar.ebnf: there is no rule ${name}`);
  }
}
for (const old of readdirSync(folder).filter((file) => file.endsWith(".svg"))) {
  rmSync(path.join(folder, old));
}
for (const rule of rules) {
  writeFileSync(path.join(folder, `${fileOf(rule.name)}.svg`), svgOf(rule, hash));
}
writeFileSync(path.join(docs, "diagrams.md"), pageOf(rules));
console.log(`${rules.length} diagrams`);
