"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const { pairs, reasons } = data;
  // Browsers may keep one storage for all local files: what is kept belongs to a store, a location and a page.
  const key = ["koalalink", data.store, data.location, data.written].join(" ");
  const list = byId("pairs");
  const undone = [];
  const seen = new Set();
  let answers = {};
  let storage = null;
  let order = [];
  let current = 0;
  let unsaved = false;

  try {
    answers = JSON.parse(localStorage.getItem(key) || "{}");
    localStorage.setItem(key, JSON.stringify(answers));
    storage = localStorage;
  } catch {
    answers = {};
    warn("This browser does not let the page keep your decisions. Save them before you close or reload it.");
  }

  function warn(text) {
    byId("warning").textContent = text;
    byId("warning").hidden = false;
  }

  function make(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    if (text) made.textContent = text; // never as markup: a name may hold anything
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function put(index, answer) {
    if (answer === undefined) delete answers[index];
    else answers[index] = answer;
  }

  function keep() {
    unsaved = true;
    byId("saved").hidden = true;
    try {
      if (storage) storage.setItem(key, JSON.stringify(answers));
    } catch {
      storage = null;
      warn("This browser's storage is full: save your decisions before you close or reload the page.");
    }
    tell();
  }

  function answer(index, said) {
    undone.push([[index, answers[index]]]);
    put(index, answers[index] === said ? undefined : said);
    keep();
    fill(index);
  }

  function undo() {
    const last = undone.pop();
    if (!last) return;
    for (const [index, before] of last) put(index, before);
    keep();
    for (const [index] of last) fill(index);
    go(order.indexOf(last[0][0]));
  }

  // Of those confirmed together few were looked at: they are judged like a link that nobody forces.
  const isYes = (index) => answers[index] === "yes" || answers[index] === "together";
  const isDecided = (index) => answers[index] !== undefined && answers[index] !== "later";

  function tell() {
    const open = pairs.filter((_, index) => !isDecided(index) && pairs[index].tier !== "certain").length;
    const decided = pairs.filter((_, index) => isDecided(index)).length;
    const later = Object.values(answers).filter((each) => each === "later").length;
    const certain = pairs.filter((pair, index) => pair.tier === "certain" && answers[index] === undefined).length;
    const parts = [`${decided.toLocaleString("en-US")} decided`, `${open.toLocaleString("en-US")} left`];
    if (later) parts.push(`${later.toLocaleString("en-US")} of them for later`);
    if (certain) parts.push(`${certain.toLocaleString("en-US")} certain, connected unless you say no`);
    byId("progress").textContent = `${parts.join(", ")}.`;
    byId("meter").max = Math.max(decided + open, 1);
    byId("meter").value = decided;
    group();
  }

  function choose(label, said, index, name) {
    const button = make("button", label, { type: "button", "aria-label": name, "aria-pressed": String(said === "yes" ? isYes(index) : answers[index] === said) });
    button.addEventListener("click", () => answer(index, said));
    return button;
  }

  function fill(index) {
    const item = byId(`pair-${index}`);
    if (!item || !item.dataset.drawn) return;
    const pair = pairs[index];
    const had = item.contains(document.activeElement);
    item.replaceChildren();
    item.dataset.answer = answers[index] === undefined ? "" : answers[index].startsWith("cus_") ? "other" : isYes(index) ? "yes" : answers[index];
    item.append(make("h2", `${pair.ours} (${pair.number})`), make("p", `${pair.tier}: ${pair.reason}`, { class: "reason" }));
    const table = make("table");
    const head = make("tr");
    for (const title of ["Field", "Yours", "Compared", `At Stripe: ${pair.id}`]) head.append(make("th", title, { scope: "col" }));
    table.append(head);
    for (const [label, ours, mark, theirs] of pair.fields) {
      const row = make("tr", "", { class: mark || "only" });
      row.append(make("th", label, { scope: "row" }), make("td", ours || "–", { class: "ours" }), make("td", mark, { class: "mark" }), make("td", theirs || "–", { class: "theirs" }));
      table.append(row);
    }
    item.append(table);
    const who = `${pair.ours} (${pair.number})`;
    const buttons = make("div", "", { class: "buttons" });
    buttons.append(choose("Yes", "yes", index, `Yes, connect ${who} to ${pair.id}`), choose("No", "no", index, `No, ${who} is not ${pair.id}`), choose("Later", "later", index, `Decide later about ${who}`));
    item.append(buttons);
    for (const other of pair.others) {
      const line = make("p", "", { class: "other" });
      const what = other.same ? "The same person, another Stripe customer" : "May be meant as well";
      line.append(make("span", `${what}: ${other.told}`), choose("This one", other.id, index, `Connect ${who} to ${other.id} instead`));
      item.append(line);
    }
    item.append(typed(index, who));
    if (had) item.focus({ preventScroll: true });
  }

  function typed(index, who) {
    const line = make("p", "", { class: "other" });
    const label = make("label", "Another Stripe ID ");
    const input = make("input", "", { placeholder: "cus_…", spellcheck: "false", autocomplete: "off" });
    const wrong = make("span", "", { class: "wrong", role: "alert" });
    const use = make("button", "Use it", { type: "button", "aria-label": `Connect ${who} to the Stripe ID that you have typed` });
    const known = answers[index];
    if (known && known.startsWith("cus_") && !pairs[index].others.some((other) => other.id === known)) input.value = known;
    const take = () => {
      const found = input.value.match(/cus_[A-Za-z0-9]{1,30}(?![A-Za-z0-9])/);
      wrong.textContent = found ? "" : " That is not a Stripe customer ID: it begins with cus_.";
      if (found && answers[index] !== found[0]) answer(index, found[0]);
    };
    use.addEventListener("click", take);
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); take(); } });
    label.append(input);
    line.append(label, use, wrong);
    return line;
  }

  function draw(item, isNear) {
    if (isNear && !item.dataset.drawn) {
      item.dataset.drawn = "yes";
      fill(Number(item.dataset.index));
    } else if (!isNear && item.dataset.drawn && !item.contains(document.activeElement)) {
      delete item.dataset.drawn;
      item.replaceChildren();
    }
  }

  // Only what is near is drawn: three thousand pairs at once would make scrolling slow.
  const near = new IntersectionObserver((entries) => entries.forEach((entry) => draw(entry.target, entry.isIntersecting)), { rootMargin: "1500px 0px" });
  const looked = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) seen.add(Number(entry.target.dataset.index));
    group();
  }, { threshold: 0.6 });

  function fits(pair, index) {
    const state = byId("state").value;
    const said = answers[index];
    const isCertain = pair.tier === "certain" && said === undefined;
    if (state === "open" && (isDecided(index) || (isCertain && byId("tier").value !== "certain"))) return false;
    if (state === "certain" && !isCertain) return false;
    if (state === "done" && !isDecided(index)) return false;
    if (state === "later" && said !== "later") return false;
    if (byId("tier").value && pair.tier !== byId("tier").value) return false;
    if (byId("reason").value && String(pair.kind) !== byId("reason").value) return false;
    const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    return words.every((word) => pair.searched.includes(word));
  }

  function show() {
    near.disconnect();
    looked.disconnect();
    order = pairs.map((_, index) => index).filter((index) => fits(pairs[index], index));
    list.replaceChildren(...order.map((index) => make("li", "", { id: `pair-${index}`, class: "pair", tabindex: "-1", "data-index": String(index) })));
    for (const item of list.children) {
      near.observe(item);
      looked.observe(item);
    }
    byId("none").hidden = order.length > 0;
    current = 0;
    if (list.firstElementChild) list.firstElementChild.tabIndex = 0;
    tell();
  }

  function go(place) {
    if (place < 0 || place >= order.length) return;
    const before = byId(`pair-${order[current]}`);
    if (before) before.tabIndex = -1;
    current = place;
    const item = byId(`pair-${order[place]}`);
    item.tabIndex = 0;
    draw(item, true);
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "start" });
  }

  function group() {
    const kind = byId("reason").value;
    const alike = kind ? order.filter((index) => pairs[index].sure && String(pairs[index].kind) === kind && answers[index] === undefined) : [];
    const looks = order.filter((index) => pairs[index].sure && seen.has(index)).length;
    const enough = looks >= Math.min(5, alike.length);
    byId("group").hidden = alike.length < 2;
    byId("group-text").textContent = enough ? "You have looked at some of these. Those that nothing speaks against can be confirmed together." : `Look at ${Math.min(5, alike.length) - looks} more of these before you confirm all.`;
    byId("group-yes").textContent = `Yes to all ${alike.length.toLocaleString("en-US")}`;
    byId("group-yes").disabled = !enough;
    byId("group-yes").onclick = () => {
      undone.push(alike.map((index) => [index, undefined]));
      for (const index of alike) put(index, "together");
      keep();
      alike.forEach(fill);
    };
  }

  // What a spreadsheet would run as a formula is made a text, as KoalaLink's own files have it.
  const cell = (text) => `"${String(text).replace(/([;|\t\r\n])(?=[ "']*[=+\-@＝＋－＠])/g, "$1'").replace(/^(?='*[=+\-@\t\r＝＋－＠])/, "'").replace(/"/g, '""')}"`;

  function save() {
    const titles = ["Decision", "Customer", "Name", "Name at Stripe", "Email", "Email at Stripe", "Stripe ID", "Looked at", "Sheet"];
    const rows = [titles];
    pairs.forEach((pair, index) => {
      const said = answers[index] === undefined && pair.tier === "certain" ? "certain" : answers[index];
      if (!said || said === "later") return;
      const looked = said === "together" ? "no" : "";
      rows.push([looked ? "yes" : said, pair.number, pair.ours_name, pair.theirs_name, pair.ours_email, pair.theirs_email, pair.id, looked, data.origin]);
    });
    const file = `decisions-${data.location}-${new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-")}.csv`;
    const url = URL.createObjectURL(new Blob(["\ufeff", rows.map((row) => row.map(cell).join(",")).join("\r\n"), "\r\n"], { type: "text/csv" }));
    const link = make("a", "", { href: url, download: file });
    document.body.append(link);
    link.click();
    link.remove();
    unsaved = false;
    byId("saved").textContent = `Saved as ${file}, in your downloads. Next, type: koalalink apply ${file} — or send that file to whoever runs KoalaLink.`;
    byId("saved").hidden = false;
  }

  for (const tier of [...new Set(pairs.map((pair) => pair.tier))]) byId("tier").append(make("option", tier, { value: tier }));
  reasons.forEach((reason, kind) => byId("reason").append(make("option", reason, { value: String(kind) })));
  for (const id of ["filters", "bar", "keys"]) byId(id).hidden = false;
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", show);
  byId("save").addEventListener("click", save);
  addEventListener("beforeprint", () => [...list.children].forEach((item) => draw(item, true)));
  addEventListener("beforeunload", (event) => { if (unsaved && !storage) event.preventDefault(); });
  list.addEventListener("focusin", (event) => {
    const item = event.target.closest(".pair");
    if (item) current = order.indexOf(Number(item.dataset.index));
  });
  addEventListener("keydown", (event) => {
    // A key that is held down would answer pairs that nobody has seen yet.
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const said = { y: "yes", n: "no", l: "later" }[event.key.toLowerCase()];
    if (said && order.length) {
      if (answers[order[current]] !== said) answer(order[current], said);
      go(current + 1);
    } else if (event.key.toLowerCase() === "u") undo();
    else if (event.key === "ArrowDown" || event.key === "ArrowRight") go(current + 1);
    else if (event.key === "ArrowUp" || event.key === "ArrowLeft") go(current - 1);
    else return;
    event.preventDefault();
  });
  show();
})();
