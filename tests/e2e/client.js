/*
 * client.js - a client on node's ssh2, as editors' extensions and web terminals
 * have it.
 *
 * usage: client.js PORT USER key FILE | password TEXT  run COMMAND
 *					| terminal COMMAND | put FILE | get FILE
 *
 * run and put read stdin, get writes stdout; the exit status is the command's.
 */
"use strict";
const fs = require("fs");
const { Client } = require("ssh2");

const [port, username, how, secret, verb, word] = process.argv.slice(2);
const connection = new Client();

function fail(error) {
	process.stderr.write(`ssh2: ${error}\n`);
	process.exit(255);
}

/* The command's status, when everything of it has been read. */
function follow(error, stream) {
	let status = 255;

	if (error)
		fail(error);
	stream.on("exit", (code) => { status = code; });
	stream.on("close", () => {
		connection.end();
		process.exitCode = status;
	});
	stream.pipe(process.stdout);
	stream.stderr.pipe(process.stderr);
	return stream;
}

function transfer(from, to) {
	from.on("error", fail);
	to.on("error", fail);
	to.on("close", () => connection.end());
	from.on("close", () => connection.end());
	from.pipe(to);
}

const verbs = {
	run: () => connection.exec(word,
	    (e, stream) => process.stdin.pipe(follow(e, stream))),
	terminal: () => connection.exec(word, { pty: { rows: 40, cols: 100 } }, follow),
	put: () => connection.sftp((e, sftp) => e ? fail(e)
	    : transfer(process.stdin, sftp.createWriteStream(word))),
	get: () => connection.sftp((e, sftp) => e ? fail(e)
	    : transfer(sftp.createReadStream(word), process.stdout)),
};

connection.on("ready", verbs[verb]);
connection.on("error", fail);
connection.connect({
	host: "127.0.0.1", port: Number(port), username,
	...(how === "key" ? { privateKey: fs.readFileSync(secret) } : { password: secret }),
});
