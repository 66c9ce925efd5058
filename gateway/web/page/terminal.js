// terminal.js - a student's terminal in a browser.
//
// What the gateway shows comes as a stream of events, each with the number of the byte that
// it ends at; what is typed goes in requests, each with the number of its first byte.  So
// either can be said again after the network was away, and nothing is lost or doubled.
"use strict";

const byId = (id) => document.getElementById(id);
const say = (text) => {
	if (byId("state").textContent !== text)
		byId("state").textContent = text;
};
const show = (id, is) => { byId(id).hidden = !is; };

// --- the policy -------------------------------------------------------------------

// The page's policy (CSP) lets no style in that stands in the page.  xterm.js makes two style
// sheets and sets the attribute "style" of what has a colour of 24 bits; both go in by
// objects instead, which the policy allows.
function styleByObjects() {
	const make = document.createElement.bind(document);

	document.createElement = (name, options) => {
		if (name !== "style")
			return make(name, options);
		const sheet = new CSSStyleSheet();
		const stand = make("template");
		document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
		Object.defineProperty(stand, "textContent", { set: (text) => sheet.replaceSync(text) });
		return stand;
	};
	const set = Element.prototype.setAttribute;
	Element.prototype.setAttribute = function (name, value) {
		if (name === "style")
			this.style.cssText = value;
		else
			set.call(this, name, value);
	};
}

// --- the emulator -----------------------------------------------------------------

const ACK_EACH = 16384; // bytes that are shown, see shown.h
const PIECE = 4096; // bytes that are typed, of one request, see HTTP_BODY_MAX
const RETRY_MS = 1000;
const AWAY = "The connection is lost; trying again…";

let term = null;
let number = null; // the terminal's
let page = 0; // this page's, another one each time that it begins
let source = null;
let isOpen = false;
let got = 0; // bytes that were shown and came, that the emulator has, and that this was said of
let seen = 0;
let acked = 0;
let typed = 0; // bytes that this page's student typed and that were taken
let queue = []; // and those that were not
let sizeSaid = "";
let isBusy = false;

const sizeOf = () => `${term.rows}x${term.cols}`;

function makeTerm() {
	styleByObjects();
	term = new Terminal({
		fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace',
		fontSize: 15,
		scrollback: 5000,
		theme: { background: "#0d0f12", foreground: "#d6d9e0" },
	});
	show("terminal", true);
	term.open(byId("terminal"));
	show("terminal", false);
	const bytes = new TextEncoder();
	term.onData((text) => type(bytes.encode(text)));
	term.onBinary((text) => type(Uint8Array.from(text, (c) => c.charCodeAt(0))));
	term.onTitleChange((title) => { document.title = title === "" ? "Terminal" : title; });
}

// As many rows and columns as there is room for.
function fit() {
	const screen = byId("terminal").querySelector(".xterm-screen");
	const box = byId("terminal").getBoundingClientRect();
	const cell = screen.getBoundingClientRect();
	if (byId("terminal").hidden || cell.width === 0)
		return;
	const room = (pixels, size) => Math.floor(pixels / size);
	const cols = room(box.width - 24, cell.width / term.cols);
	const rows = room(box.height - 8, cell.height / term.rows);
	term.resize(Math.min(500, Math.max(2, cols)), Math.min(500, Math.max(2, rows)));
	pump();
}

// --- typing -------------------------------------------------------------------------

function type(bytes) {
	if (!isOpen)
		return;
	queue.push(...bytes);
	pump();
}

const isDue = () => number !== null &&
	(queue.length > 0 || seen - acked >= ACK_EACH || (isOpen && sizeSaid !== sizeOf()));

async function send() {
	const size = sizeOf();
	const has = seen;
	const body = Uint8Array.from(queue.slice(0, PIECE));
	const mine = page;
	const stream = source;
	const hadStream = stream?.readyState === EventSource.OPEN;
	const answer = await post("type", body,
		{ "Atoll-At": typed, "Atoll-Seen": has, "Atoll-Size": size });
	if (page !== mine)
		return false;
	if (!answer.ok) {
		// Another page had the terminal while this one's network was away.
		if (answer.status === 409 && hadStream && source === stream)
			acts.moved();
		return false;
	}
	const taken = Number(await answer.text()) - typed;
	acked = has;
	sizeSaid = size;
	if (taken > 0)
		queue.splice(0, taken);
	typed += taken;
	// The terminal's program does not read: later.
	if (body.length > 0 && taken === 0)
		await new Promise((go) => setTimeout(go, 100));
	return true;
}

// One request at a time: so keys stay in order, and those that come meanwhile go together.
async function pump() {
	if (isBusy)
		return;
	isBusy = true;
	try {
		while (isDue()) {
			if (!await send())
				break;
		}
		if (isOpen && source?.readyState === EventSource.OPEN)
			say("Connected.");
	} catch {
		say(AWAY);
		setTimeout(pump, RETRY_MS);
	}
	isBusy = false;
}

const post = (what, body, headers) => fetch(`/terminal/${what}`,
	{ method: "POST", body, cache: "no-store", headers: { "Atoll-Terminal": number ?? 0, "Atoll-Page": page, ...headers } });

// --- what is shown -------------------------------------------------------------------

function take(e) {
	const bytes = Uint8Array.from(atob(e.data), (c) => c.charCodeAt(0));
	const end = Number(e.lastEventId);
	got = end;
	term.write(bytes, () => {
		seen = end;
		if (seen - acked >= ACK_EACH)
			pump();
	});
}

function askFor(asked) {
	byId("ask-text").textContent = asked.text;
	byId("prompts").replaceChildren(...asked.prompts.flatMap((p, i) => {
		const label = document.createElement("label");
		const input = document.createElement("input");
		label.textContent = p.text;
		label.htmlFor = input.id = `prompt-${i}`;
		input.type = p.seen ? "text" : "password";
		input.autocomplete = p.seen ? "off" : "current-password";
		input.maxLength = 500;
		return [label, input];
	}));
	byId("ask").querySelector("button").hidden = asked.prompts.length === 0;
	show("ask", true);
	byId("prompts").querySelector("input")?.focus();
	say(asked.prompts.length === 0 ? "Logging in…" : "The gateway asks:");
}

function began() {
	isOpen = true;
	for (const id of ["who", "ask"])
		show(id, false);
	for (const id of ["terminal", "leave"])
		show(id, true);
	say("Connected.");
	term.focus();
	fit();
}

function end(why) {
	source?.close();
	source = number = null;
	isOpen = false;
	queue = [];
	sessionStorage.removeItem("terminal");
	for (const id of ["ask", "leave", "here"])
		show(id, false);
	show("who", true);
	say(why);
	byId("name").focus();
}

const acts = { ask: askFor, started: began, login: () => { show("ask", false); say("Logging in…"); },
	over: (d) => end(`${d.why === "" ? "The terminal has ended" : d.why}.`),
	cut: () => { term.reset(); sizeSaid = ""; repaint(); },
	moved: () => { source.close(); source = null; show("here", true); say("This terminal is open in another page."); } };

// What was on the screen is gone: programs that fill it paint it again when its size changes.
async function repaint() {
	const { rows, cols } = term;
	term.resize(cols, rows > 2 ? rows - 1 : rows + 1);
	await pump();
	term.resize(cols, rows);
	pump();
}

// A stream that breaks off is gone on with; that it is over for good says a request.
async function lost() {
	const stream = source;
	if (stream === null)
		return;
	if (stream.readyState !== EventSource.CLOSED) {
		say(AWAY);
		return;
	}
	try {
		const answer = await post("type", "", { "Atoll-At": 0, "Atoll-Seen": 0 });
		if (answer.status === 403) {
			end("This terminal is no longer there. Log in again: where the lab keeps terminals, yours is back.");
			return;
		}
		if (answer.status === 409 && isOpen && source === stream) {
			acts.moved();
			return;
		}
	} catch {
		// the network is away
	}
	if (source === stream) {
		say(AWAY);
		setTimeout(listen, RETRY_MS);
	}
}

function listen() {
	source?.close();
	source = new EventSource(`/terminal/events?terminal=${number}&page=${page}&from=${got}`);
	for (const [name, act] of Object.entries(acts))
		source.addEventListener(name, (e) => act(JSON.parse(e.data)));
	source.addEventListener("shown", take);
	source.addEventListener("open", () => {
		if (isOpen)
			say("Connected.");
	});
	source.addEventListener("error", lost);
	show("here", false);
}

// --- begin ------------------------------------------------------------------------------

// What is typed here is numbered from 0: what a page before this one sent, and comes late, is
// not taken for it.
function beginPage() {
	page = crypto.getRandomValues(new Uint32Array(1))[0] + 1;
	typed = 0;
	queue = [];
	sizeSaid = "";
	listen();
}

function startAnew(n) {
	number = n;
	got = seen = acked = 0;
	sessionStorage.setItem("terminal", n);
	term.reset();
	beginPage();
}

async function open() {
	say("Connecting…");
	number = null;
	const answer = await post("open", byId("name").value, { "Atoll-Size": sizeOf() });
	const text = (await answer.text()).trim();
	if (!answer.ok) {
		end(`${text}.`);
		return;
	}
	show("who", false);
	startAnew(Number(text));
}

async function answerAsked() {
	const inputs = [...byId("prompts").querySelectorAll("input")];
	const lines = inputs.map((i) => i.value).join("\n");
	byId("prompts").replaceChildren();
	show("ask", false);
	say("Logging in…");
	const stream = source;
	try {
		await post("answer", lines);
	} catch {
		// Whether it came there the stream says, which begins with how things stand.
		if (!isOpen && source === stream) {
			say(AWAY);
			setTimeout(listen, RETRY_MS);
		}
	}
}

const failed = () => end("The gateway cannot be reached.");
const on = (id, event, act) => byId(id).addEventListener(event, (e) => {
	e.preventDefault();
	act();
});

makeTerm();
on("who", "submit", () => open().catch(failed));
on("ask", "submit", answerAsked);
on("here", "click", beginPage);
on("leave", "click", async () => {
	await post("close").catch(() => null);
	end("Disconnected. Where the lab keeps terminals, yours is back when you log in again.");
});
byId("reader").addEventListener("change", (e) => { term.options.screenReaderMode = e.target.checked; });
addEventListener("resize", fit);
// Ctrl+W is a key of the shell's, too.
addEventListener("beforeunload", (e) => {
	if (isOpen)
		e.preventDefault();
});
const kept = sessionStorage.getItem("terminal");
// A tab that was loaded anew goes on with its terminal, if that is there: see lost().
if (kept === null)
	end("");
else
	startAnew(Number(kept));
