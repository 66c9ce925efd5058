// replay.js - recordings of the lab: a list, and one of them played.
//
// The gateway is asked for one moment after the other, and answers with a screen; the clock
// is here.  The next is asked for when the last has come, so a slow network shows fewer.
"use strict";

const EACH_MS = 100;	// between two moments, at least
const AGAIN_MS = 500;	// when too many ask
const STEPS = { ArrowRight: 5000, ArrowUp: 5000, ArrowLeft: -5000, ArrowDown: -5000, PageUp: 60000, PageDown: -60000 };
let recorded = [];	// what the gateway has listed,
let beyond = 0;		// and how many more there are
let replay = null;	// the one that is played

async function post(what, fields) {
	const answer = await fetch(`/wall/${what}`,
		{ method: "POST", body: new URLSearchParams(fields), cache: "no-store" });
	const isJson = answer.headers.get("Content-Type") === "application/json";
	return { isDone: answer.ok, isBusy: answer.status === 503,
		got: isJson ? await answer.json() : (await answer.text()).trim() };
}

const UNREACHED = { isDone: false, isBusy: false, got: "the gateway cannot be reached" };

// --- the list -------------------------------------------------------------------

function lasting(ms) {
	const s = Math.max(0, Math.floor(ms / 1000));
	const two = (n) => String(n).padStart(2, "0");
	return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` :
		`${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

function titleOf(row) {
	const when = new Date(1000 * row.begun).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
	return `${row.account}, ${when}`;
}

function listedElement(row) {
	const li = document.createElement("li");
	const button = document.createElement("button");
	const took = lasting(1000 * (row.changed - row.begun));
	button.type = "button";
	button.className = "recording";
	button.textContent = `${titleOf(row)}, ${took}${row.goesOn ? ", goes on" : ""}`;
	button.addEventListener("click", () => openReplay(row));
	li.append(button);
	return li;
}

function tellListed(text) {
	byId("recorded-told").textContent = text;
}

function refreshListed() {
	const wanted = byId("recorded-account").value.trim();
	const rows = recorded.filter((row) => row.account.includes(wanted));
	byId("recorded-list").replaceChildren(...rows.map(listedElement));
	if (recorded.length === 0)
		tellListed("No terminal of this lab was recorded, or what was recorded is removed by now.");
	else if (rows.length === 0)
		tellListed("No recording is of such an account.");
	else
		tellListed(beyond > 0 ? `${beyond} more are not listed: “atoll recordings” lists all.` : "");
}

async function list() {
	const answer = await post("recordings", {}).catch(() => UNREACHED);
	if (!answer.isDone) {
		tellListed(`Not listed: ${answer.got}`);
		return;
	}
	recorded = answer.got.recordings.sort((a, b) => b.begun - a.begun);
	beyond = answer.got.hidden;
	refreshListed();
}

byId("recordings").addEventListener("click", () => {
	byId("recorded-list").replaceChildren();
	tellListed("…");
	byId("recorded").showModal();
	list();
});
byId("recorded-account").addEventListener("input", refreshListed);
byId("recorded-close").addEventListener("click", () => byId("recorded").close());

// --- one of them ----------------------------------------------------------------

// While a place that somebody chose has not come yet, the clock stands.
function positionOf(r) {
	const ms = r.isPlaying && !r.isMoved ? r.at + (performance.now() - r.from) * r.speed : r.at;
	return Math.max(0, Math.min(ms, r.of));
}

function setPosition(r, ms) {
	r.at = ms;
	r.from = performance.now();
}

function tellReplay(text, isBad) {
	byId("replay-told").textContent = text;
	byId("replay-told").classList.toggle("bad", isBad);
}

function showPosition(r) {
	const at = positionOf(r), range = byId("replay-at");
	const text = `${lasting(at)} of ${lasting(r.of)}`;
	range.max = r.of;
	range.value = at;
	range.setAttribute("aria-valuetext", text);
	byId("replay-time").textContent = text;
	byId("replay-play").textContent = r.isPlaying ? "Pause" : "Play";
}

function pause(r) {
	setPosition(r, positionOf(r));
	r.isPlaying = false;
}

function showMoment(r, asked, moment) {
	r.of = moment.of;
	if (r.isMoved && asked === r.at) {
		r.isMoved = false;
		setPosition(r, moment.at);
	}
	if (moment.view !== undefined) {
		const screen = byId("replay-screen");
		fit(screen, moment.cols);
		draw(screen, moment.view);
	}
	tellReplay("", false);
	// Not before its end was shown, wherever the clock is.
	if (r.isPlaying && !r.isMoved && moment.at >= moment.of) {
		pause(r);
		tellReplay(r.goesOn ? "This is as far as it is: it goes on." : "The recording ends here.", false);
	}
	showPosition(r);
}

// False: there is nothing more to be asked for.
async function askMoment(r) {
	const asked = r.of === 0 || r.isMoved ? r.at : positionOf(r);
	const answer = await post("replay-at", { replay: r.number, ms: Math.round(asked) })
		.catch(() => UNREACHED);
	if (r !== replay)
		return false;
	if (answer.isBusy) {
		await new Promise((done) => { setTimeout(done, AGAIN_MS); });
		return true;
	}
	if (!answer.isDone) {
		pause(r);
		showPosition(r);
		tellReplay(`Not played: ${answer.got}`, true);
		return false;
	}
	showMoment(r, asked, answer.got);
	return r.isPlaying || r.isMoved;
}

async function run(r) {
	if (r.isRunning)
		return;
	r.isRunning = true;
	while (r === replay && await askMoment(r))
		await new Promise((done) => { setTimeout(done, EACH_MS); });
	r.isRunning = false;
}

function moveTo(r, ms) {
	setPosition(r, ms);
	r.isMoved = true;
	showPosition(r);
	run(r);
}

function playOrPause() {
	const r = replay;
	if (r === null)
		return;
	if (r.isPlaying) {
		pause(r);
		showPosition(r);
	} else {
		r.isPlaying = true;
		moveTo(r, r.at >= r.of && !r.goesOn ? 0 : r.at);
	}
}

function endReplay(number) {
	if (number !== 0)
		post("replay-end", { replay: number }).catch(() => UNREACHED);
}

async function openReplay(row) {
	const r = { number: 0, at: 0, of: 0, from: 0, speed: Number(byId("replay-speed").value), goesOn: row.goesOn,
		isPlaying: false, isMoved: false, isRunning: false };
	replay = r;
	byId("replay-title").textContent = titleOf(row);
	byId("replay-screen").replaceChildren();
	showPosition(r);
	tellReplay("…", false);
	byId("replay").showModal();
	byId("replay-play").focus();
	const answer = await post("replay", { file: row.file }).catch(() => UNREACHED);
	r.number = answer.got.replay ?? 0;
	if (r !== replay)
		endReplay(r.number); // it was closed meanwhile
	else if (answer.isDone)
		moveTo(r, 0);
	else
		tellReplay(`Not played: ${answer.got}`, true);
}

// The wall is over, and what was played on it.
function closeRecordings() {
	replay = null;
	byId("replay").close();
	byId("recorded").close();
}

byId("replay").addEventListener("close", () => {
	const number = replay?.number ?? 0;
	replay = null;
	endReplay(number);
});
byId("replay-close").addEventListener("click", () => byId("replay").close());
byId("replay-play").addEventListener("click", playOrPause);
byId("replay-at").addEventListener("input", () => {
	if (replay !== null)
		moveTo(replay, Number(byId("replay-at").value));
});
byId("replay-at").addEventListener("keydown", (e) => {
	const step = STEPS[e.key];
	if (replay === null || step === undefined)
		return;
	e.preventDefault();
	moveTo(replay, Math.max(0, Math.min(positionOf(replay) + step, replay.of)));
});
byId("replay-speed").addEventListener("change", () => {
	if (replay === null)
		return;
	setPosition(replay, positionOf(replay));
	replay.speed = Number(byId("replay-speed").value);
});
