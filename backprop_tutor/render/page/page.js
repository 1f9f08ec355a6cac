// The live page. Around it stand the program P of every number, the conditions S of its signs and the data.
const page = (() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($("#data").textContent);
  const main = $("main"), map = $("#map"), dock = $("#dock");
  const given = new Map(
    data.given.map(([id, name, text, value, spelled]) => [id, { name, text, first: text, value, spelled }]));
  const names = new Map(data.given.map(([id, name]) => [name, id]));
  const state = { mode: "read", step: 0, lang: data.lang, notation: data.notation, every: false };
  const named = (lang, notation, every) => `${notation}.${lang}${every ? ".every" : ""}`;
  const home = named(data.lang, data.notation, false);
  const said = () => data.says[state.lang];
  const fill = (text, holes) => text.replace(/\{(\w+)\}/g, (all, name) => (name in holes ? holes[name] : all));

  // ---- numbers and their figures

  const V = [], rounding = new Map();
  function compute() {
    rounding.clear();
    const found = P(data.given.map(([id]) => worth(id)));
    data.outputs.forEach((id, i) => { V[id] = found[i]; });
    for (const id of given.keys()) V[id] = worth(id);
  }

  const isChanged = place => place.text !== place.first;
  function worth(id) {
    const place = given.get(id);
    return isChanged(place) ? number(place.text) : place.value;
  }

  // a given number is shown as it is written; one that was drawn, like any other
  const isTyped = id => isGiven(id) && (given.get(id).spelled || isChanged(given.get(id)));

  // as a keyboard of any language types it: ０．５, 0。5, −0.5; and without the full stop of a sentence
  const plain = text =>
    text.normalize("NFKC").trim().replace(/。/g, ".").replace(/[−–]/g, "-").replace(/(\d)\.$/, "$1");

  function number(text) {
    const written = plain(text).replace(/^(-?\d+),(\d+)$/, "$1.$2");
    const ratio = written.match(/^(-?\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)$/);
    if (ratio) return Number(ratio[1]) / Number(ratio[2]);
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written) ? Number(written) : NaN;
  }

  // half to even on the exact value, as the lesson rounds; few more digits tell but a half apart
  function digitsOf(value, count, more = 16) {
    const [mantissa, exponent] = Math.abs(value).toExponential(Math.min(100, count + more)).split("e");
    const all = mantissa.replace(".", ""), kept = all.slice(0, count), rest = all.slice(count);
    const half = "5" + "0".repeat(rest.length - 1);
    if (rest === half && more < 60) return digitsOf(value, count, 60);
    const up = rest > half || (rest === half && Number(kept[count - 1]) % 2 === 1);
    if (!up) return [kept, Number(exponent)];
    const raised = String(BigInt(kept) + 1n);
    return raised.length > count ? [raised.slice(0, count), Number(exponent) + 1] : [raised, Number(exponent)];
  }

  function unit(value) {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setFloat64(0, Math.abs(value));
    bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
    return bits.getFloat64(0) - Math.abs(value);
  }

  function written(digits, exponent, value) {
    return (value < 0 ? -1 : 1) * Number(`${digits[0]}.${digits.slice(1) || 0}e${exponent}`);
  }

  function isAll(value, digits, exponent) {
    const shown = written(digits, exponent, value);
    const float = Number(value.toPrecision(15));
    if (shown === float) return true;
    const spare = 10 - digits.replace(/0+$/, "").length;
    return spare >= 0 && Math.abs(shown - value) <= Math.min(16 * 10 ** spare, 512) * unit(value);
  }

  function rounded(value, count) {
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    if (value === 0) return "0";
    let [digits, exponent] = digitsOf(value, count);
    const whole = isAll(value, digits, exponent);
    if (whole) digits = digits.replace(/0+$/, "") || "0";
    const sign = value < 0 ? "-" : "";
    if (exponent < -5 || exponent >= (whole ? 7 : count)) {
      return `${sign}${digits[0]}${digits.length > 1 ? "." + digits.slice(1) : ""}e${exponent}`;
    }
    if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
    const before = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0"), after = digits.slice(exponent + 1);
    return sign + before + (after ? "." + after : "");
  }

  // a variable that is the negative of another stands for it
  const mirrors = new Map(data.mirrors);
  const origin = id => (mirrors.has(id) ? mirrors.get(id) : id);
  const seen = figure => id => (mirrors.has(id) ? -figure(mirrors.get(id)) : figure(id));
  const isGiven = id => given.has(id);
  // a computed number to so many figures, and their value; a lesson shows it in many places
  function computed(id, count) {
    const key = 100 * id + count;
    if (!rounding.has(key)) {
      const text = rounded(V[id], count);
      rounding.set(key, { text, value: number(text) });
    }
    return rounding.get(key);
  }
  const figures = (id, count) => (isTyped(id) ? plain(given.get(id).text) : computed(id, count).text);
  const shown = (id, count) => (isTyped(id) ? worth(id) : computed(id, count).value);
  function isWhole(id, count) {
    if (isTyped(id) || !Number.isFinite(V[id]) || V[id] === 0) return true;
    return isAll(V[id], ...digitsOf(V[id], count));
  }
  const agree = (a, b) =>
    a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= 1e-13 * Math.max(Math.abs(a), Math.abs(b)) ||
    (b === 0 && Math.abs(a) < 1e-16);

  // a sum of which a term is too small to show is exact for no figures
  function total(...terms) {
    const sum = terms.reduce((a, b) => a + b);
    return terms.some(term => term !== 0 && Math.abs(term) < 1e-13 * Math.abs(sum)) ? NaN : sum;
  }

  const signs = S(agree, total);
  function holds(place) {
    const sign = signs[place];
    if (typeof sign === "function") return sign(shown, isWhole);
    return agree(sign[0](shown), shown(sign[1], sign[2]));
  }

  // ---- writing numbers into the page

  const MATH = "http://www.w3.org/1998/Math/MathML";
  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

  function taken(text) {
    const [, sign, digits, exponent] = text.match(/^([+-]?)(.*?)(?:e([+-]?\d+))?$/i);
    return { sign, digits: { inf: "∞", nan: "NaN" }[digits] || digits, exponent: exponent && String(Number(exponent)) };
  }

  function line(text) {
    const { sign, digits, exponent } = taken(text);
    return sign.replace("-", "−") + digits + (exponent ? `·10${[...exponent].map(c => RAISED[c]).join("")}` : "");
  }

  function element(name, ...inside) {
    const made = document.createElementNS(MATH, name);
    made.append(...inside);
    return made;
  }

  function operator(text, form) {
    const made = element("mo", text);
    if (form) made.setAttribute("form", form);
    else made.setAttribute("stretchy", "false");
    return made;
  }

  function formula(text, brackets) {
    const { sign, digits, exponent } = taken(text), parts = [];
    if (sign) parts.push(operator(sign.replace("-", "−"), "prefix"));
    parts.push(element("mn", digits));
    if (exponent) {
      const size = element("mn", exponent.replace("-", ""));
      const raised = exponent[0] === "-" ? element("mrow", operator("−", "prefix"), size) : size;
      parts.push(element("mo", "×"), element("msup", element("mn", "10"), raised));
    }
    const bracketed = (sign && brackets & 1) || (exponent && brackets & 2);
    return bracketed ? [operator("("), ...parts, operator(")")] : parts;
  }

  let slots = [], marks = [], wholes = [], cases = [];
  function gather(root) {
    slots = slots.concat($$("[data-v]", root).map(el => {
      const [id, count, brackets] = el.dataset.v.split(".").map(Number);
      el.classList.add("number");
      return { el, id, origin: origin(id), count, brackets: brackets || 0, math: el.namespaceURI === MATH, text: null };
    }));
    marks = marks.concat($$("[data-s]", root));
    wholes = wholes.concat($$("[data-w]", root).map(el => [el, ...el.dataset.w.split(".").map(Number)]));
    cases = cases.concat($$("[data-when]", root));
  }

  // only the digits where nothing else of a number changes
  function set(slot, text) {
    const { sign, digits, exponent } = text === "?" ? { sign: "?" } : taken(text), shape = `${sign}${exponent || ""}`;
    if (slot.shape === shape && slot.digits) slot.digits.textContent = digits;
    else slot.el.replaceChildren(...(text === "?" ? [element("mi", "?")] : formula(text, slot.brackets)));
    slot.shape = shape;
    slot.digits = $("mn", slot.el);
  }

  const covered = id => state.mode !== "read" && !known.has(id);
  function write() {
    for (const slot of slots) {
      const text = covered(slot.origin) ? "?" : figures(slot.id, slot.count);
      if (text === slot.text) continue;
      slot.text = text;
      slot.el.classList.toggle("veiled", text === "?");
      if (slot.math) set(slot, text);
      else slot.el.textContent = text === "?" ? "?" : line(text);
    }
    for (const mark of marks) {
      const sign = holds(Number(mark.dataset.s)) ? "=" : "≈";
      if (mark.textContent !== sign) mark.textContent = sign;
    }
    for (const [el, id, count] of wholes) el.textContent = isWhole(id, count) ? " = " : " ≈ ";
    for (const el of cases) {
      const [first, second] = el.dataset.of.split(",").map(Number), change = V[second] - V[first];
      el.hidden = el.dataset.when !== (change < 0 ? "<" : change > 0 ? ">" : "=");
    }
  }

  // ---- the given numbers as fields

  function fields() {
    const inside = slots.filter(slot => isGiven(slot.id) && slot.math && slot.el.closest(".part-given, .facts"));
    for (const math of new Set(inside.map(slot => slot.el.closest("math")))) {
      const own = inside.filter(slot => math.contains(slot.el)), rows = $$("mtr", math);
      math.replaceWith(rows.length ? matrix(rows, own) : field(own[0].id));
    }
    slots = slots.filter(slot => slot.el.isConnected);
  }

  function matrix(rows, own) {
    const grid = document.createElement("span");
    grid.className = "matrix";
    grid.style.gridTemplateColumns = `repeat(${rows[0].children.length}, max-content)`;
    for (const cell of rows.flatMap(row => [...row.children])) {
      const slot = own.find(one => cell.contains(one.el));
      grid.append(slot ? field(slot.id) : cell.textContent);
    }
    return grid;
  }

  function field(id) {
    const input = document.createElement("input");
    Object.assign(input, { type: "text", inputMode: "decimal", spellcheck: false, autocomplete: "off", className: "field" });
    input.dataset.id = id;
    input.setAttribute("aria-label", fill(said().field, { name: said()[`the ${given.get(id).name}`] || given.get(id).name }));
    input.value = given.get(id).text;
    size(input);
    input.addEventListener("input", () => change(id, input));
    return input;
  }

  function size(input) {
    input.style.inlineSize = `calc(${Math.max(3, input.value.length)}ch + 1.2rem)`;
  }

  function change(id, input) {
    const value = number(input.value), place = given.get(id);
    const right = Number.isFinite(value) && (place.name !== "learning_rate" || value > 0);
    input.setAttribute("aria-invalid", String(!right));
    size(input);
    if (!right) return tell(fill(said().no_number, { text: input.value }), "wrong");
    place.text = plain(input.value);
    own.clear();
    for (const twin of $$(`input.field[data-id="${id}"]`)) if (twin !== input) twin.value = place.text;
    tell("");
    refresh();
  }

  const changed = () => [...given.values()].filter(isChanged);
  function refresh() {
    compute();
    write();
    const count = changed().length;
    document.body.classList.toggle("changed", count > 0);
    $("#changes").hidden = !count;
    $("#anew").hidden = !data.choice.some(id => V[id] !== 0);
    $("#count").textContent = fill(count === 1 ? said().one_changed : said().changed, { count });
    $$(".as-given").forEach(el => el.setAttribute("data-note", said().as_given));
    remember();
  }

  function reset() {
    for (const [id, place] of given) {
      place.text = place.first;
      for (const input of $$(`input.field[data-id="${id}"]`)) {
        input.value = place.first;
        input.setAttribute("aria-invalid", "false");
      }
    }
    own.clear();
    refresh();
    tell(said().was_reset);
  }

  const yaml = () => data.yaml.replace(/'?⟦([^⟧']*)⟧'?/g, (all, name) => {
    const id = names.get(name);
    return id === undefined ? all : String(worth(id));
  });

  async function copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      tell(done);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "copied";
      area.setAttribute("aria-label", done);
      dock.prepend(area);
      area.select();
      const worked = document.execCommand("copy");
      if (worked) area.remove();
      else area.addEventListener("blur", () => area.remove());
      tell(worked ? done : said().copy_yourself);
    }
  }

  // ---- the lines of the lesson

  const LEAVES = "h1,h2,h3,h4,h5,h6,p,dt,.equation,.flow > span,thead,tbody tr,figure,hr";
  let leaves = [], lines = [];
  const known = new Set();

  const slotsIn = el => slots.filter(slot => el.contains(slot.el));
  function collect() {
    leaves = $$(LEAVES, main).filter(el => !(el.matches("p") && el.closest("td")));
    lines = [];
    let before = [];
    for (const [place, el] of leaves.entries()) {
      const inside = slotsIn(el), computed = el.matches(".equation,.flow > span,tbody tr") && !el.closest(".as-given");
      const last = $(".members > span:last-of-type", el);
      const ends = last ? inside.filter(slot => last.contains(slot.el)) : inside;
      const result = ends.length ? ends[ends.length - 1] : null;
      if (!computed || !result || isGiven(result.id) || el.closest("section.part-given, section.part-results")) {
        if (!el.closest("section.part-results, figure")) before.push(...inside.map(slot => slot.origin));
        continue;
      }
      const ids = new Set(inside.map(slot => slot.origin));
      // the last member of a row of a table is its new value alone; of an equation all of it, as of a matrix
      const results = new Set(last ? ends.map(slot => slot.id) : [result.id]);
      lines.push({ el, place, result, results, ids, before });
      before = [];
      el.dataset.line = lines.length;
    }
    for (const entry of lines) entry.uses = new Set([...entry.ids].filter(id => !entry.results.has(id)));
  }

  const lineOf = id => lines.findIndex(entry => entry.results.has(id));
  const using = id => lines.findIndex(entry => entry.uses.has(id));

  function reveal() {
    known.clear();
    for (const id of given.keys()) known.add(id);
    if (state.mode === "read") return;
    const shownLines = lines.slice(0, state.step);
    for (const entry of shownLines) {
      for (const id of entry.before) known.add(id);
      if (state.mode === "step" || entry !== shownLines.at(-1) || answered(entry)) for (const id of entry.ids) known.add(id);
    }
    if (state.step === lines.length && (state.mode === "step" || !lines.length || answered(lines.at(-1)))) {
      for (const slot of slots) known.add(slot.origin);
    }
  }

  function show(scroll = true) {
    const stepping = state.mode !== "read", current = stepping ? lines[state.step - 1] : null;
    const end = !stepping || state.step === lines.length ? Infinity : current ? current.place : firstLine() - 1;
    reveal();
    leaves.forEach((el, place) => { el.hidden = place > end || (end !== Infinity && el.closest("section.part-results") !== null); });
    for (const figure of $$("figure", main)) figure.hidden = stepping && end !== Infinity;
    for (const box of $$("section, dl, .flow, .equations, table", main)) {
      const held = leaves.filter(el => box.contains(el));
      box.classList.toggle("empty", held.length > 0 && held.every(el => el.hidden));
    }
    document.body.dataset.mode = state.mode;
    picture(current);
    write();
    light(current);
    ask(current);
    where();
    if (scroll && current) reach(current);
    frames();
    remember();
  }

  // the whole line into view, between the bars; its end where it is too tall
  function reach(entry) {
    document.documentElement.style.scrollPaddingTop = `${$("#bar").offsetHeight + 8}px`;
    const parts = entry.el.matches(".equation") ? [entry.el.firstElementChild, entry.el.lastElementChild.lastElementChild] : [entry.el];
    for (const part of parts) part.scrollIntoView({ block: "nearest" });
  }

  // what is wider than its frame can be moved by the keyboard
  function frames() {
    for (const el of $$("figure, table, .members > span, .equation > div:first-child", main)) {
      if (el.scrollWidth > el.clientWidth + 1) el.tabIndex = 0;
      else el.removeAttribute("tabindex");
    }
  }

  const firstLine = () => (lines.length ? lines[0].place : leaves.length);

  function where() {
    const stepping = state.mode !== "read";
    $("#steps").hidden = !stepping;
    $("#place").textContent = fill(said().place, { step: state.step, count: lines.length });
    $("#bar-fill").style.inlineSize = `${(100 * state.step) / Math.max(1, lines.length)}%`;
    $("#back").disabled = state.step === 0;
    $("#next").disabled = state.step === lines.length;
    for (const button of $$("[data-mode]", $("#modes"))) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === state.mode));
    }
  }

  function go(step, scroll = true) {
    state.step = Math.max(0, Math.min(lines.length, step));
    tell("");
    show(scroll);
    if (state.mode === "step" && state.step) tell(spoken(lines[state.step - 1]));
  }

  const spoken = entry => fill(said().line, { number: state.step, figures: line(figures(entry.result.id, entry.result.count)) });

  // ---- what a line uses, and where it goes on

  function light(entry) {
    for (const el of $$(".new,.used,.onward")) el.classList.remove("new", "used", "onward");
    if (!entry) return;
    entry.el.classList.add("new");
    const found = entry.result.id;
    for (const slot of slots) {
      if (entry.results.has(slot.id)) slot.el.classList.add("new");
      else if (entry.uses.has(slot.origin)) slot.el.classList.add("used");
    }
    for (const other of lines) if (other !== entry && other.uses.has(found)) other.el.classList.add("onward");
    for (const part of $$(".vertex,.edge", map)) {
      const ids = slotsIn(part).map(slot => slot.origin);
      if (ids.some(id => entry.results.has(id))) part.classList.add("new");
      else if (ids.some(id => entry.uses.has(id))) part.classList.add("used");
    }
    const target = $(".vertex.new,.edge.new", map) || $(".vertex.used,.edge.used", map);
    if (target && map.scrollWidth > map.clientWidth) {
      const box = target.getBoundingClientRect(), around = map.getBoundingClientRect();
      map.scrollLeft += box.left - around.left - (around.width - box.width) / 2;
    }
  }

  let pictured = null;
  function picture(entry) {
    const stepping = state.mode !== "read";
    const parts = $$("section.part-step", main), part = parts.find(one => entry && one.contains(entry.el)) || parts[0] || main;
    const drawings = $$("figure svg", part), source = stepping && drawings.length ? drawings.at(-1) : null;
    if (source === pictured) return;
    pictured = source;
    slots = slots.filter(slot => !map.contains(slot.el));
    wholes = wholes.filter(([el]) => !map.contains(el));
    map.replaceChildren();
    map.hidden = !source;
    if (!source) return;
    const copy = source.cloneNode(true), { width, height } = copy.viewBox.baseVal;
    copy.removeAttribute("width");
    copy.removeAttribute("height");
    copy.style.setProperty("--wide", `${width}px`);
    copy.style.setProperty("--ratio", width / height);
    map.append(copy);
    gather(map);
  }

  function follow(id, event) {
    const target = lineOf(id) >= 0 ? lineOf(id) : using(id);
    if (target < 0 || (state.mode === "predict" && target + 1 > state.step)) return;
    event.preventDefault();
    if (state.mode !== "read") return go(target + 1);
    const field = isGiven(id) && $(`input.field[data-id="${id}"]`);
    light(lines[target]);
    if (field && event.target.closest("figure") === null) return field.focus();
    reach(lines[target]);
  }

  // ---- predict

  const own = new Map();
  const answered = entry => own.has(entry.result.id);

  function ask(entry) {
    $$("form.ask").forEach(form => form.remove());
    $$(".asked").forEach(el => el.classList.remove("asked"));
    if (state.mode !== "predict" || !entry || answered(entry)) {
      if (entry && state.mode === "predict") tell(own.get(entry.result.id).message, own.get(entry.result.id).verdict);
      return;
    }
    const form = document.createElement("form");
    form.className = "ask";
    form.innerHTML = '<input type="text" inputmode="decimal" autocomplete="off" size="12"><button type="submit"></button><button type="button"></button>';
    const [input, check, give] = form.children;
    input.setAttribute("aria-label", fill(said().ask, { number: state.step }));
    input.placeholder = said().your_number;
    check.textContent = said().check;
    give.textContent = said().show;
    give.addEventListener("click", () => settle(entry, { verdict: "shown", message: said().shown }));
    form.addEventListener("submit", event => {
      event.preventDefault();
      answer(entry, input);
    });
    (entry.el.matches("tr") ? entry.el.lastElementChild : $(".members", entry.el) || entry.el).append(form);
    entry.result.el.classList.add("asked");
    input.focus({ preventScroll: true });
  }

  function answer(entry, input) {
    const text = plain(input.value), value = number(text);
    input.setAttribute("aria-invalid", String(Number.isNaN(value)));
    if (Number.isNaN(value)) return tell(fill(said().no_number, { text: input.value.trim() }), "wrong");
    const found = judge({ id: entry.result.id, line: ofLine(entry), uses: [...entry.uses] }, text);
    if (found.verdict === "wrong" || found.verdict === "undecided") {
      entry.last = { text, value, half: half(text), verdict: "wrong" };
      return tell(found.message, found.verdict);
    }
    settle(entry, { text, value, half: half(text), ...found });
  }

  function settle(entry, found) {
    if (found.verdict === "shown" && entry.last) found = { ...entry.last, ...found, kept: entry.last };
    own.set(entry.result.id, found);
    show(false);
    tell(found.message, found.verdict);
    $("#next").focus({ preventScroll: true });
  }

  // the first condition of a line that begins with figures computes its result from them
  function ofLine(entry) {
    const sign = $$("[data-s]", entry.el).map(el => signs[Number(el.dataset.s)]).find(Array.isArray);
    return sign ? figure => sign[0](seen(figure)) : null;
  }

  // half a unit of the last digit that is written
  function half(text) {
    const [, whole, part, exponent] = text.replace(",", ".").match(/^\s*[+−–-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?/i) || [];
    return whole === undefined || text.includes("/") ? 0 : 0.5 * 10 ** (Number(exponent || 0) - part.length);
  }

  const count = text => (text.replace(/e.*$/i, "").replace(/\D/g, "").replace(/^0+/, "") || "0").length;
  const same = (a, b) => a === b || Math.abs(a - b) <= 1e-12 * Math.abs(b);

  // a number as it was typed: its value, half a unit of its last digit, its figures; nine of them are a program's float
  function typed(text) {
    const value = number(text), width = half(text), digits = count(text);
    return { value, digits, exact: digits >= 9 || width === 0, width: digits >= 9 ? Math.max(width, 1e-9 * Math.abs(value)) : width };
  }

  function near(value, { value: mine, width }, slack = 0) {
    const off = Math.abs(value - mine);
    if (mine === 0) return off <= slack || off < 1e-14;
    return off <= width * (1 + 1e-9) + slack + 1e-14 * Math.abs(value) || (width === 0 && off <= 1e-9 * Math.abs(mine));
  }

  // a single figure for a number that has just a few more: -2 for what is -2.5 exactly
  const isCut = (right, mine) =>
    mine.digits === 1 && !same(mine.value, right) && same(Number(right.toPrecision(6)), right);

  // nothing, half or twice as much, or no change at all, would agree as well
  function says(id, mine) {
    const right = V[id], base = V[befores.get(id)] || 0;
    if (same(mine.value, right) || mine.exact || mine.value === 0) return true;
    return ![0, 0.5, 2].some(part => Math.abs(base + part * (right - base) - mine.value) <= mine.width);
  }

  const befores = new Map(data.befores);
  const stands = found => found.verdict === "right" || found.verdict === "rounded";

  function judge({ id, line: from, uses }, text) {
    const mine = typed(text), right = V[id];
    if (near(right, mine) && !isCut(right, mine)) {
      return says(id, mine) ? { verdict: "right", message: said().right } : { verdict: "undecided", message: said().undecided };
    }
    const before = uses.filter(one => own.has(one) && own.get(one).value !== undefined);
    const wrong = before.some(one => !stands(own.get(one)));
    if (from) {
      for (const kept of wrong ? [before, before.filter(one => stands(own.get(one)))] : [before]) {
        const found = reached(id, from, uses, mine, kept);
        if (found === "undecided") return { verdict: found, message: said().undecided };
        if (!found) continue;
        if (mine.exact) return { verdict: "right", message: said().right };
        if (!wrong || kept !== before) return { verdict: "rounded", message: said().rounded };
        return { verdict: "carried", message: fill(said().carried, { right: line(rounded(right, 6)) }) };
      }
    }
    const mistakes = mine.digits >= 3 ? explained(id, mine) : [];
    if (mistakes.length) return { verdict: "wrong", mistakes: mistakes.map(m => m.name), message: mistakes.map(m => told(m)).join(" ") };
    return { verdict: "wrong", message: said().wrong };
  }

  const told = ({ clause, where }) => fill(said().mistake, { clause: clause[state.lang], where: where[state.lang] });

  // whether a line comes to a number from the figures kept, each anywhere in its interval, the others rounded as typed
  function reached(id, from, uses, mine, kept) {
    const figure = one => (isGiven(one) ? shown(one) : kept.includes(one) ? own.get(one).value : V[one]);
    const doubts = new Map();
    const base = from(figure), slack = spread(from, uses, figure, one => doubt(one, mine.digits, kept, doubts));
    const change = base - (V[befores.get(id)] || 0);
    if ((slack === 0 && same(base, V[id])) || !near(base, mine, slack)) return false;
    return slack > Math.abs(change) / 2 && !near(base, mine) ? "undecided" : true;
  }

  // how far what a line comes to may move where each number it uses moves by as much as it may
  function spread(from, uses, figure, by) {
    const base = from(figure);
    return uses.reduce((sum, one) => sum + Math.abs(from(other => figure(other) + (other === one ? by(one) : 0)) - base), 0);
  }

  // how far off a number may be: by its last figure, and by what the numbers before it may be off
  function doubt(id, digits, kept, known) {
    if (isGiven(id)) return 0;
    if (kept.includes(id)) return own.get(id).half;
    if (!known.has(id)) {
      known.set(id, 0);
      const entry = lines[lineOf(id)], from = entry && ofLine(entry), count = Math.max(2, digits);
      const before = from ? spread(from, [...entry.uses], one => (isGiven(one) ? shown(one) : V[one]), one => doubt(one, digits, kept, known)) : 0;
      known.set(id, before + (isWhole(id, count) ? 0 : half(rounded(V[id], count))));
    }
    return known.get(id);
  }

  // the mistakes whose number this is, and which no number graded right refutes
  let rules = null;
  function explained(id, typedNow) {
    if (!rules || changed().some(place => data.settings.includes(place.name))) return [];
    const wrongNumbers = W(data.given.map(([one]) => worth(one)));
    const found = rules.filter(({ numbers }) => {
      if (!numbers.has(id)) return false;
      const wrong = wrongNumbers[numbers.get(id)];
      if (!near(wrong, typedNow) || near(V[id], { ...typedNow, value: wrong })) return false;
      return ![...own].some(([one, mine]) => stands(mine) && numbers.has(one) && !near(wrongNumbers[numbers.get(one)], typed(mine.text)));
    });
    const first = new Map();
    for (const rule of found) if (!first.has(rule.name)) first.set(rule.name, rule);
    return [...first.values()].slice(0, 2);
  }

  // ---- languages and notations, unpacked when they are asked for

  let editions = null;
  async function unpack() {
    const { lines: all, editions: made, rules: packedRules, wrong } = JSON.parse(await unpacked("packed"));
    editions = Object.fromEntries(Object.entries(made).map(([key, places]) => [key, places.map(i => all[i]).join("\n")]));
    run(wrong);
    rules = packedRules.map(({ n, c, w, v }) => {
      const numbers = new Map();
      for (let i = 0; i < v.length; i += 2) numbers.set(v[i], v[i + 1]);
      return { name: n, clause: c, where: w, numbers };
    });
  }

  function turn(lang, notation, every = state.every) {
    const key = named(lang, notation, every);
    if (key !== home && !(editions && key in editions)) return;
    const html = key === home ? original : editions[key];
    const line = lines[state.step - 1];
    const mapped = line ? line.result.id : null;
    Object.assign(state, { lang, notation, every });
    slots = [];
    marks = [];
    wholes = [];
    cases = [];
    pictured = null;
    map.replaceChildren();
    main.innerHTML = html;
    document.documentElement.lang = data.tags[lang];
    document.title = $("h1", main).textContent;
    for (const el of $$("[data-say]")) el.textContent = said()[el.dataset.say];
    for (const el of $$("[data-label]")) el.setAttribute("aria-label", said()[el.dataset.label]);
    for (const option of $$("#notation option")) option.textContent = data.notations[option.value][lang];
    $("#notation").value = notation;
    $$("#every").forEach(el => el.setAttribute("aria-pressed", String(every)));
    begin();
    if (mapped !== null && lineOf(mapped) >= 0) state.step = lineOf(mapped) + 1;
    refresh();
    show(false);
  }

  // ---- the address

  function address() {
    const parts = new URLSearchParams();
    if (state.mode !== "read") parts.set(state.mode, state.step);
    if (state.lang !== data.lang) parts.set("lang", state.lang);
    if (state.notation !== data.notation) parts.set("notation", state.notation);
    if (state.every) parts.set("every", 1);
    for (const place of changed()) parts.set(place.name, place.text);
    return parts.toString();
  }

  // browsers slow down or refuse a page that writes its address more often than about a hundred times in 30 seconds
  let waiting = 0;
  function remember() {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 300);
  }

  function keep() {
    clearTimeout(waiting);
    const wanted = address();
    if (location.hash.slice(1) !== wanted) history.replaceState(null, "", wanted ? `#${wanted}` : location.pathname + location.search);
  }

  function recall() {
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const [name, text] of parts) {
      const id = names.get(name);
      if (id !== undefined && Number.isFinite(number(text))) given.get(id).text = text;
    }
    for (const mode of ["step", "predict"]) {
      if (parts.has(mode)) Object.assign(state, { mode, step: Math.max(0, Math.min(lines.length, parseInt(parts.get(mode), 10) || 0)) });
    }
    for (const input of $$("input.field")) input.value = given.get(Number(input.dataset.id)).text;
    return [parts.get("lang"), parts.get("notation"), parts.has("every")];
  }

  // ---- begin

  function tell(text, verdict = "") {
    const say = $("#say");
    say.textContent = text;
    say.dataset.verdict = verdict;
  }

  function begin() {
    gather(main);
    fields();
    collect();
  }

  const original = main.innerHTML;
  begin();
  compute();
  $$(".live").forEach(el => { el.hidden = false; });
  const [lang, notation, every] = recall();
  refresh();
  show();
  unpack().then(() => {
    $("#editions").hidden = false;
    if (lang || notation || every) turn(lang in data.says ? lang : state.lang, notation || state.notation, every);
    document.documentElement.dataset.ready = "yes";
  });

  $$("#every").forEach(el => el.addEventListener("click", () => turn(state.lang, state.notation, !state.every)));
  $("#modes").addEventListener("click", event => {
    const button = event.target.closest("[data-mode]");
    if (!button) return;
    state.mode = button.dataset.mode;
    if (state.mode !== "read" && !state.step) state.step = 1;
    go(state.step);
  });
  $("#back").addEventListener("click", () => go(state.step - 1));
  $("#next").addEventListener("click", () => go(state.step + 1));
  $("#reset").addEventListener("click", reset);
  $("#link").addEventListener("click", () => {
    keep();
    copy(location.href, said().link_copied);
  });
  $("#yaml").addEventListener("click", () => copy(yaml(), said().yaml_copied));
  $("#yaml").hidden = !data.yaml;
  $("#lang").addEventListener("click", () => turn(state.lang === "en" ? "zh" : "en", state.notation));
  $("#notation").addEventListener("change", event => turn(state.lang, event.target.value));
  document.addEventListener("click", event => {
    const slot = event.target.closest("[data-v]");
    const part = event.target.closest(".edge,.vertex");
    const id = slot ? origin(Number(slot.dataset.v.split(".")[0])) : part ? (slotsIn(part)[0] || {}).id : undefined;
    if (id !== undefined) follow(id, event);
  });
  document.addEventListener("keydown", event => {
    if (state.mode === "read" || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input,select,textarea")) return;
    const steps = { ArrowRight: state.step + 1, ArrowLeft: state.step - 1, Home: 0, End: lines.length };
    if (!(event.key in steps)) return;
    event.preventDefault();
    go(steps[event.key]);
  });
  window.addEventListener("resize", frames);
  window.addEventListener("pagehide", keep);
  window.addEventListener("beforeprint", () => {
    if (state.mode === "read") return;
    state.before = state.mode;
    state.mode = "read";
    show(false);
  });
  window.addEventListener("afterprint", () => {
    if (!state.before) return;
    state.mode = state.before;
    delete state.before;
    show(false);
  });

  // what a test asks
  return { state, own, rounded, number, judge, go, turn, address, data, given, V, ofLine, yaml, lines: () => lines, source: () => (editions || {})[named(state.lang, state.notation, state.every)] || original };
})();
