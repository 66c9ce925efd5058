/* answers.c - what we say ourselves. */
#include "gateway/publish/answers.h"

#include <string.h>

#include "gateway/base/array.h"
#include "gateway/publish/request.h"

#define ENDS                                                                   \
	"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"       \
	"Referrer-Policy: no-referrer\r\nConnection: close\r\n"
#define POLICY                                                                 \
	"Content-Security-Policy: default-src 'none'; script-src 'self';"      \
	" connect-src 'self'; frame-ancestors 'none'\r\n"

static const struct {
	int status;
	const char *name, *words;
} statuses[] = {
	{ 200, "OK", "" },
	{ 204, "No Content", "" },
	{ 400, "Bad Request", "this request is malformed" },
	{ 403, "Forbidden", "" },
	{ 404, "Not Found", "there is no such page" },
	{ 405, "Method Not Allowed", "CONNECT and TRACE are not passed on" },
	{ 408, "Request Timeout", "the request did not come to its end" },
	{ 421, "Misdirected Request",
	    "nothing is published at this address: 'lab publish' in the sandbox"
	    " prints it" },
	{ 431, "Request Header Fields Too Large",
	    "the head of this request is longer than 16 KiB" },
	{ 501, "Not Implemented",
	    "an upgrade with a body is not passed on, nor is another"
	    " Transfer-Encoding than chunked" },
	{ 502, "Bad Gateway", "" },
	{ 503, "Service Unavailable", "" },
	{ 504, "Gateway Timeout", "" },
};

static const char *
name_of(int status)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		if (statuses[i].status == status)
			return statuses[i].name;
	}
	return "Error";
}

const char *
answer_words(int status)
{
	for (size_t i = 0; i < COUNT_OF(statuses); i++) {
		if (statuses[i].status == status)
			return statuses[i].words;
	}
	return "";
}

void
answer_text(struct lines *t, int status, const char *words)
{
	lines_add(t,
	    "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n" ENDS "\r\n%s\n",
	    status, name_of(status), strlen(words) + 1, words);
}

static const char page[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
    "<title>atoll</title>\n"
    "<p id=\"said\">This page needs JavaScript to open the link.</p>\n"
    "<script src=\"" REQUEST_SCRIPT "\"></script>\n</html>\n";

/* The token goes out of the address before anything else is done with it. */
static const char script[] =
    "\"use strict\";\n"
    "const token = location.hash.slice(1);\n"
    "const say = (text) => {\n"
    "\tdocument.getElementById(\"said\").textContent = text;\n"
    "};\n"
    "history.replaceState(null, \"\", location.pathname);\n"
    "if (token === \"\")\n"
    "\tsay(\"Open the whole link that 'lab publish' prints.\");\n"
    "else\n"
    "\tfetch(\"" REQUEST_ENTER "\", {\n"
    "\t\tmethod: \"POST\",\n"
    "\t\theaders: { Authorization: `Atoll ${token}` },\n"
    "\t\tcredentials: \"same-origin\",\n"
    "\t}).then(async (answer) => {\n"
    "\t\tif (answer.ok)\n"
    "\t\t\tlocation.replace(\"/\");\n"
    "\t\telse\n"
    "\t\t\tsay(await answer.text());\n"
    "\t}, () => say(\"The gateway does not answer: try again.\"));\n";

bool
answer_page(struct lines *t, const struct part *path)
{
	bool is_page = part_is(path, REQUEST_ENTER);
	const char *body = is_page ? page : script;

	if (!is_page && !part_is(path, REQUEST_SCRIPT))
		return false;
	lines_add(t,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/%s; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n" POLICY ENDS "\r\n%s",
	    is_page ? "html" : "javascript", strlen(body), body);
	return true;
}

void
answer_cookie(struct lines *t, const char *name, const char *value,
    unsigned seconds, bool is_secure)
{
	lines_add(t,
	    "HTTP/1.1 204 No Content\r\nSet-Cookie: %s=%s; Path=/; HttpOnly;"
	    " SameSite=Lax; Max-Age=%u%s\r\n" ENDS "\r\n",
	    name, value, seconds, is_secure ? "; Secure" : "");
}
