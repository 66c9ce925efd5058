// wall.js - the terminals of a lab, live.
//
// What students print is data here: it becomes text nodes and numbers, and nothing else.
"use strict";

const byId = (id) => document.getElementById(id);
const tiles = new Map();	// number of a terminal -> what is known of it
const people = new Map();	// account -> what is known of them
const cards = new Map();	// key -> its element
let shown = null;		// the key of the card that is shown large
let source = null;
const SMALL_COLS_WIDTH = 0.602;	// of a character, in its font's size

// --- colours --------------------------------------------------------------------

const BASE = ["#1c1f24", "#e06c75", "#7fc66b", "#d6b25e", "#6cb2f5", "#cf8be8", "#59c2c9", "#d6d9e0",
	"#7a8290", "#ff8a8f", "#a5e08f", "#f2d479", "#92c9ff", "#e3a8f5", "#82dde3", "#ffffff"];

function paletteColour(n) {
	if (n < 16)
		return BASE[n];
	if (n >= 232) {
		const grey = 8 + 10 * (n - 232);
		return `rgb(${grey} ${grey} ${grey})`;
	}
	const level = (v) => v === 0 ? 0 : 55 + 40 * v;
	n -= 16;
	return `rgb(${level(Math.floor(n / 36))} ${level(Math.floor(n / 6) % 6)} ${level(n % 6)})`;
}

const plain = () => ({ front: null, back: null, inverse: false, classes: new Set() });
const FLAGS = { 1: "bold", 2: "faint", 3: "italic", 4: "underline", 8: "concealed", 9: "struck" };
const ENDS = { 22: ["bold", "faint"], 23: ["italic"], 24: ["underline"], 28: ["concealed"], 29: ["struck"] };

// 38;5;N and 38;2;R;G;B: the colour, and how many numbers it took.
function longColour(numbers, at) {
	const byte = (n) => Math.min(255, Math.max(0, n | 0));
	if (numbers[at + 1] === 5)
		return [paletteColour(byte(numbers[at + 2])), 2];
	if (numbers[at + 1] === 2)
		return [`rgb(${byte(numbers[at + 2])} ${byte(numbers[at + 3])} ${byte(numbers[at + 4])})`, 4];
	return [null, numbers.length];
}

function applySgr(ink, text) {
	const numbers = text.split(/[;:]/).map(Number);
	for (let i = 0; i < numbers.length; i++) {
		const n = numbers[i];
		if (n === 0)
			Object.assign(ink, plain());
		else if (FLAGS[n] !== undefined)
			ink.classes.add(FLAGS[n]);
		else if (ENDS[n] !== undefined)
			ENDS[n].forEach((c) => ink.classes.delete(c));
		else if (n === 7 || n === 27)
			ink.inverse = n === 7;
		else if (n >= 30 && n <= 37)
			ink.front = BASE[n - 30];
		else if (n >= 90 && n <= 97)
			ink.front = BASE[n - 90 + 8];
		else if (n >= 40 && n <= 47)
			ink.back = BASE[n - 40];
		else if (n >= 100 && n <= 107)
			ink.back = BASE[n - 100 + 8];
		else if (n === 39)
			ink.front = null;
		else if (n === 49)
			ink.back = null;
		else if (n === 38 || n === 48) {
			const [colour, took] = longColour(numbers, i);
			ink[n === 38 ? "front" : "back"] = colour;
			i += took;
		}
	}
}

// --- screens --------------------------------------------------------------------

// Columns that a character takes, as the gateway counts them where that matters.
function widthOf(c) {
	const n = c.codePointAt(0);
	if (n >= 0x300 && n <= 0x36f || n === 0x200d || n >= 0xfe00 && n <= 0xfe0f)
		return 0;
	const wide = n >= 0x1100 && n <= 0x115f || n >= 0x2e80 && n <= 0xa4cf || n >= 0xac00 && n <= 0xd7a3 ||
		n >= 0xf900 && n <= 0xfaff || n >= 0xfe30 && n <= 0xfe6f || n >= 0xff00 && n <= 0xff60 ||
		n >= 0xffe0 && n <= 0xffe6 || n >= 0x1f300 && n <= 0x1faff || n >= 0x20000 && n <= 0x3fffd;
	return wide ? 2 : 1;
}

function span(text, ink, isCursor) {
	const e = document.createElement("span");
	e.textContent = text;
	ink.classes.forEach((c) => e.classList.add(c));
	const front = ink.inverse ? ink.back ?? "#0d0f12" : ink.front;
	const back = ink.inverse ? ink.front ?? "#d6d9e0" : ink.back;
	if (front !== null)
		e.style.color = front;
	if (back !== null)
		e.style.backgroundColor = back;
	if (isCursor)
		e.classList.add("cursor");
	return e;
}

// One row: text, and between it SGR, or CUF over cells that nothing stands in.  Nothing
// else is a command.
function rowElement(text, cursor) {
	const row = document.createElement("span");
	const ink = plain();
	let col = 0, run = "";
	row.className = "row";
	const flush = (how) => {
		if (run !== "")
			row.append(span(run, how, false));
		run = "";
	};
	const put = (c, how) => {
		if (col === cursor) {
			flush(how);
			row.append(span(c, how, true));
		} else {
			run += c;
		}
		col += widthOf(c);
	};
	for (const part of text.split(/(\x1b\[[0-9;:]*[mC])/)) {
		const command = /^\x1b\[([0-9;:]*)([mC])$/.exec(part);
		if (command === null) {
			for (const c of part.replaceAll("\x1b", "\ufffd"))
				put(c, ink);
			continue;
		}
		flush(ink);
		if (command[2] === "m") {
			applySgr(ink, command[1] === "" ? "0" : command[1]);
		} else {
			const n = Math.min(600, Number.parseInt(command[1], 10) || 1);
			const none = plain();
			for (let i = 0; i < n; i++)
				put(" ", none);
			flush(none);
		}
	}
	flush(ink);
	if (cursor >= col) {
		row.append(" ".repeat(cursor - col));
		row.append(span(" ", plain(), true));
	}
	return row;
}

// The view's first line is numbers: which part this is, and where the cursor is in it.
function draw(into, view) {
	const lines = view.split("\n");
	const numbers = (lines.shift() ?? "").split(" ").map(Number);
	const rows = [];
	lines.pop();
	lines.forEach((line, i) => rows.push(rowElement(line, i === numbers[2] ? numbers[3] : -1)));
	into.replaceChildren(...rows);
}

// --- facts ----------------------------------------------------------------------

function ago(ms) {
	const s = Math.max(0, Math.floor(ms / 1000));
	if (s < 60)
		return `${s} s`;
	return s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
}

function factsOf(person, now) {
	const facts = [];
	if (person === undefined)
		return "";
	if (person.handFrom !== null)
		facts.push(`hand raised ${ago(now - person.handFrom)} ago: ${person.handText}`);
	if (person.idleFrom !== null)
		facts.push(now - person.idleFrom < 10000 ? "typing" : `idle ${ago(now - person.idleFrom)}`);
	if (person.most > 0)
		facts.push(`${person.points} of ${person.most} points`);
	return facts.join(" · ");
}

// --- cards ----------------------------------------------------------------------

const keyOf = (tile) => `${tile.account}#${tile.tile}`;

function makeCard(key) {
	const li = document.createElement("li");
	const button = document.createElement("button");
	const name = document.createElement("span");
	const facts = document.createElement("span");
	const screen = document.createElement("span");
	button.type = "button";
	button.className = "tile";
	name.className = "name";
	facts.className = "facts";
	screen.className = "screen";
	screen.setAttribute("aria-hidden", "true");
	button.append(name, facts, screen);
	button.addEventListener("click", () => openLarge(key));
	li.append(button);
	byId("tiles").append(li);
	return { li, button, name, facts, screen, changed: 0, view: null };
}

function fit(screen, cols) {
	const width = screen.clientWidth - 8;
	if (cols > 0 && width > 0)
		screen.style.fontSize = `${Math.min(16, width / cols / SMALL_COLS_WIDTH)}px`;
}

function refreshCard(key, tile) {
	let card = cards.get(key);
	if (card === undefined) {
		card = makeCard(key);
		cards.set(key, card);
	}
	const person = people.get(tile.account);
	const facts = factsOf(person, Date.now());
	const title = `${tile.account} #${tile.terminal}`;
	card.account = tile.account;
	card.handFrom = person?.handFrom ?? null;
	if (card.name.textContent !== title)
		card.name.textContent = title;
	if (card.facts.textContent !== facts)
		card.facts.textContent = facts;
	card.button.classList.toggle("hand", card.handFrom !== null);
	card.button.setAttribute("aria-label", `${tile.account}, terminal ${tile.terminal}. ${facts}`);
	if (card.view !== tile.view) {
		card.view = tile.view;
		card.changed = Date.now();
		fit(card.screen, tile.cols);
		draw(card.screen, tile.view);
	}
	if (key === shown)
		refreshLarge(tile, title, facts);
}

// Fixed places, or those that somebody asked for; only what is out of place is moved, so
// that the focus stays.
function arrange() {
	const how = byId("order").value;
	const sorted = [...cards.values()].sort((a, b) => {
		if (how === "hand" && (a.handFrom === null) !== (b.handFrom === null))
			return a.handFrom === null ? 1 : -1;
		if (how === "change" && a.changed !== b.changed)
			return b.changed - a.changed;
		return a.account < b.account ? -1 : a.account > b.account ? 1 : 0;
	});
	const list = byId("tiles");
	const focused = document.activeElement;
	sorted.forEach((card, i) => {
		if (list.children[i] !== card.li)
			list.insertBefore(card.li, list.children[i] ?? null);
	});
	if (focused !== null && focused !== document.activeElement && list.contains(focused))
		focused.focus();
}

function refresh() {
	for (const tile of tiles.values())
		refreshCard(keyOf(tile), tile);
	const keys = new Set([...tiles.values()].map(keyOf));
	for (const [key, card] of cards) {
		if (keys.has(key))
			continue;
		card.li.remove();
		cards.delete(key);
		if (key === shown)
			byId("large").close();
	}
	byId("nobody").hidden = source === null || cards.size > 0;
	arrange();
}

let isDue = false;
function refreshSoon() {
	if (isDue)
		return;
	isDue = true;
	setTimeout(() => {
		isDue = false;
		refresh();
	}, 50);
}

// --- one of them, large ---------------------------------------------------------

function refreshLarge(tile, title, facts) {
	const screen = byId("large-screen");
	byId("large-title").textContent = title;
	byId("large-facts").textContent = facts;
	byId("say-label").textContent = `Say to ${tile.account}`;
	byId("hand-done").hidden = (people.get(tile.account)?.handFrom ?? null) === null;
	if (screen.dataset.view === tile.view)
		return;
	screen.dataset.view = tile.view;
	fit(screen, tile.cols);
	draw(screen, tile.view);
}

function openLarge(key) {
	shown = key;
	delete byId("large-screen").dataset.view;
	byId("say").reset();
	tell("", false);
	byId("large").showModal();
	refresh();
}

byId("large").addEventListener("close", () => {
	const card = cards.get(shown);
	shown = null;
	card?.button.focus();
});
byId("large-close").addEventListener("click", () => byId("large").close());

// --- speaking to whoever is shown large ------------------------------------------

let isOrdering = false;

function tell(text, isBad) {
	byId("told").textContent = text;
	byId("told").classList.toggle("bad", isBad);
}

// True when the gateway has done it.  Its answer is told while the same tile is open.
async function order(what, fields) {
	const key = shown, account = cards.get(key)?.account;
	let text = "The gateway cannot be reached: nothing was done.", isDone = false;
	if (isOrdering || account === undefined)
		return false;
	isOrdering = true;
	tell("…", false);
	try {
		const answer = await fetch(`/wall/${what}`,
			{ method: "POST", body: new URLSearchParams({ account, ...fields }), cache: "no-store" });
		isDone = answer.ok;
		text = (await answer.text()).trim();
	} catch {
		// what text says
	}
	isOrdering = false;
	if (key === shown)
		tell(isDone ? text : `Not done: ${text}`, !isDone);
	return isDone && key === shown;
}

byId("say").addEventListener("submit", async (e) => {
	const text = byId("say-text");
	const said = text.value;
	e.preventDefault();
	if (!await order("say", { text: said }))
		return;
	if (text.value === said)
		text.value = "";
	if (document.activeElement === byId("say-send"))
		text.focus(); // for the next one
});
byId("extend").addEventListener("submit", (e) => {
	e.preventDefault();
	order("extend", { minutes: byId("extend-minutes").value });
});
byId("hand-done").addEventListener("click", async () => {
	if (await order("hand-done", {}))
		byId("say-text").focus(); // the button goes
});

// Arrows go from tile to tile, as in a grid.
byId("tiles").addEventListener("keydown", (e) => {
	const all = [...byId("tiles").querySelectorAll(".tile")];
	const at = all.indexOf(document.activeElement);
	const top = all[0]?.getBoundingClientRect().top;
	const inRow = all.filter((b) => b.getBoundingClientRect().top === top).length;
	const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: inRow, ArrowUp: -inRow }[e.key];
	if (at === -1 || step === undefined)
		return;
	e.preventDefault();
	all[at + step]?.focus();
});

// --- what comes -----------------------------------------------------------------

const say = (text) => { byId("state").textContent = text; };
const from = (seconds) => seconds < 0 ? null : Date.now() - 1000 * seconds;

function end(why) {
	source?.close();
	source = null;
	tiles.clear();
	people.clear();
	refresh();
	byId("leave").hidden = byId("recordings").hidden = true;
	closeRecordings();
	say(`${why} A new link comes from “atoll wall”.`);
}

function listen() {
	source = new EventSource("/wall/events");
	const on = (name, take) => source.addEventListener(name, (e) => {
		take(JSON.parse(e.data));
		refreshSoon();
	});
	on("hello", (d) => {
		document.title = `${d.lab} – atoll wall`;
		byId("title").textContent = d.lab;
		byId("leave").hidden = byId("recordings").hidden = false;
		say(`Live. Students read that ${d.account === "" ? "the administrator" : d.account} sees their terminals.`);
	});
	on("tile", (d) => tiles.set(d.tile, d));
	on("person", (d) => people.set(d.account,
		{ idleFrom: from(d.idle), handFrom: from(d.hand), handText: d.handText, points: d.points, most: d.most }));
	on("list", (d) => {
		byId("hidden").hidden = d.hidden === 0;
		byId("hidden").textContent = d.hidden === 0 ? "" :
			`${d.hidden} more ${d.hidden === 1 ? "terminal is" : "terminals are"} not here: ` +
			"all walls together have places for 512. “atoll watch” shows any one of them.";
		for (const key of tiles.keys()) {
			if (!d.tiles.includes(key))
				tiles.delete(key);
		}
		for (const key of people.keys()) {
			if (!d.people.includes(key))
				people.delete(key);
		}
	});
	on("over", (d) => end(`This wall is closed: ${d.why}.`));
	source.addEventListener("error", () => {
		if (source === null)
			return;
		if (source.readyState === EventSource.CLOSED)
			end("No wall is open in this browser.");
		else
			say("The connection is lost; trying again…");
	});
}

// --- begin ----------------------------------------------------------------------

// The link's token is behind the '#', which no browser sends: it is handed over once, and
// goes from the address before that.
async function enter() {
	const token = location.hash.slice(1);
	if (token !== "") {
		history.replaceState(null, "", location.pathname);
		const answer = await fetch("/wall/enter",
			{ method: "POST", headers: { Authorization: `Atoll ${token}` }, cache: "no-store" });
		if (!answer.ok) {
			end(`The wall does not open: ${(await answer.text()).trim()}.`);
			return;
		}
	}
	listen();
}

byId("leave").addEventListener("click", async () => {
	await fetch("/wall/leave", { method: "POST", cache: "no-store" });
	end("You have closed the wall.");
});
byId("order").addEventListener("change", arrange);
addEventListener("resize", () => {
	for (const tile of tiles.values())
		fit(cards.get(keyOf(tile))?.screen ?? byId("large-screen"), tile.cols);
});
setInterval(refreshSoon, 1000);
const begin = () => enter().catch(() => end("The gateway cannot be reached."));
// A new link in a tab that has the page does not load it anew.
addEventListener("hashchange", () => {
	if (location.hash.length < 2)
		return;
	source?.close();
	source = null;
	tiles.clear();
	people.clear();
	begin();
});
begin();
