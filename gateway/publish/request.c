/* request.c - what a browser wants, and what of it the student's server is told. */
#include "gateway/publish/request.h"

#include <string.h>
#include <strings.h>

#include "gateway/base/array.h"

#define BAD_REQUEST	  400
#define NOT_ALLOWED	  405
#define MISDIRECTED	  421
#define NOT_IMPLEMENTED	  501
#define LENGTH_DIGITS_MAX 15
#define METHOD_MAX	  24

/* --- its fields --------------------------------------------------------------- */

/* RFC 9110, 7.6.1, and those that name how far a message is. */
static const char *const hops[] = { "connection", "keep-alive",
	"proxy-connection", "proxy-authenticate", "proxy-authorization",
	"proxy-authentication-info", "te", "trailer", "upgrade" };

bool
head_is_hop(const struct head *h, const struct part *name)
{
	for (size_t i = 0; i < COUNT_OF(hops); i++) {
		if (part_is(name, hops[i]))
			return true;
	}
	return head_lists(h, "connection", name);
}

const char *
request_cookie_name(const struct publish_url *u)
{
	return u->is_secure ? "__Host-atoll" : "atoll";
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Exactly one, with or without a port. */
static int
read_host(struct request *r, const struct head *h, const struct publish_url *u)
{
	struct part v;
	size_t n = 0;

	if (head_count(h, "host", &v) != 1)
		return BAD_REQUEST;
	for (; n < v.size && v.text[n] != ':'; n++) {
		if (n == sizeof(r->host) - 1)
			return MISDIRECTED;
		r->host[n] = lower(v.text[n]);
	}
	r->host[n] = '\0';
	return publish_url_has(u, r->host) ? 0 : MISDIRECTED;
}

/* RFC 9112, 6.1: chunks came with HTTP/1.1, and whoever is asked for another coding
 * says that he does not have it. */
static int
read_coding(struct request *r, const struct head *h, const struct part *coding)
{
	if (part_is(&h->word[2], "HTTP/1.0"))
		return BAD_REQUEST;
	r->is_chunked = part_is(coding, "chunked");
	return r->is_chunked ? 0 : NOT_IMPLEMENTED;
}

static int
read_length(struct request *r, const struct head *h)
{
	unsigned lengths, codings;
	struct part v = { NULL, 0 }, coding = { NULL, 0 };

	lengths = head_count(h, "content-length", &v);
	codings = head_count(h, "transfer-encoding", &coding);
	if (lengths > 1 || codings > 1 || (lengths == 1 && codings == 1))
		return BAD_REQUEST;
	if (codings == 1)
		return read_coding(r, h, &coding);
	if (lengths == 0)
		return 0;
	if (v.size == 0 || v.size > LENGTH_DIGITS_MAX)
		return BAD_REQUEST;
	for (size_t i = 0; i < v.size; i++) {
		if (v.text[i] < '0' || v.text[i] > '9')
			return BAD_REQUEST;
		r->body = r->body * 10 + (uint64_t)(v.text[i] - '0');
	}
	return 0;
}

static int
read_line(struct request *r, const struct head *h)
{
	const struct part *method = &h->word[0], *path = &h->word[1];

	for (size_t i = 0; i < method->size; i++) {
		if (method->text[i] < 'A' || method->text[i] > 'Z')
			return BAD_REQUEST;
	}
	if (method->size > METHOD_MAX || part_is(method, "CONNECT") ||
	    part_is(method, "TRACE"))
		return NOT_ALLOWED;
	for (size_t i = 0; i < path->size; i++) {
		if (path->text[i] <= ' ' || path->text[i] > '~')
			return BAD_REQUEST;
	}
	if (path->text[0] != '/' || (!part_is(&h->word[2], "HTTP/1.1") &&
					!part_is(&h->word[2], "HTTP/1.0")))
		return BAD_REQUEST;
	r->is_post = part_is(method, "POST");
	return 0;
}

/* One cookie of "a=1; b=2", and the rest. */
static struct part
take_cookie(struct part *list)
{
	const char *end = memchr(list->text, ';', list->size);
	size_t n = end == NULL ? list->size : (size_t)(end - list->text);
	struct part one = { list->text, n };

	n += end != NULL;
	list->text += n;
	list->size -= n;
	while (one.size > 0 && (one.text[0] == ' ' || one.text[0] == '\t')) {
		one.text++;
		one.size--;
	}
	return one;
}

static bool
is_ours(const struct part *cookie, const char *name)
{
	size_t n = strlen(name);

	return cookie->size > n && strncmp(cookie->text, name, n) == 0 &&
	       cookie->text[n] == '=';
}

static void
copy(char *to, size_t size, const struct part *from, size_t skip)
{
	if (from->size < skip || from->size - skip >= size)
		return;
	memcpy(to, from->text + skip, from->size - skip);
	to[from->size - skip] = '\0';
}

static void
read_cookie(struct request *r, const struct head *h, const char *name)
{
	for (size_t i = 0; i < h->fields; i++) {
		struct part list = h->field[i].value;

		if (!part_is(&h->field[i].name, "cookie"))
			continue;
		while (list.size > 0) {
			struct part one = take_cookie(&list);

			if (is_ours(&one, name))
				copy(r->cookie, sizeof(r->cookie), &one,
				    strlen(name) + 1);
		}
	}
}

/* Pages of other students are of the same site, as browsers call it, and their requests
 * bring the cookie along: it counts only for a page's own, and for a link that somebody
 * follows. */
static bool
is_of_elsewhere(const struct head *h, const char *origin)
{
	struct part v, mode = { NULL, 0 };

	if (head_count(h, "origin", &v) > 0 && !part_is(&v, origin))
		return true;
	if (head_count(h, "sec-fetch-site", &v) == 0 ||
	    part_is(&v, "same-origin") || part_is(&v, "none"))
		return false;
	return head_count(h, "sec-fetch-mode", &mode) == 0 ||
	       !part_is(&mode, "navigate");
}

bool
request_has_body(const struct request *r)
{
	return r->body > 0 || r->is_chunked;
}

int
request_read(struct request *r, const struct head *h,
    const struct publish_url *u)
{
	static const struct part upgrade = { "upgrade", 7 };
	char origin[PUBLISH_ORIGIN_SIZE];
	struct part v;
	int status;

	*r = (struct request){ 0 };
	status = read_line(r, h);
	if (status == 0)
		status = read_host(r, h, u);
	if (status == 0)
		status = read_length(r, h);
	if (status != 0)
		return status;
	publish_url_origin(u, r->host, origin);
	r->is_own_origin =
	    head_count(h, "origin", &v) == 1 && part_is(&v, origin);
	if (!is_of_elsewhere(h, origin))
		read_cookie(r, h, request_cookie_name(u));
	if (head_count(h, "authorization", &v) == 1 &&
	    part_begins(&v, "Atoll "))
		copy(r->token, sizeof(r->token), &v, strlen("Atoll "));
	r->is_upgrade = head_count(h, "upgrade", &v) == 1 &&
			part_is(&v, "websocket") &&
			head_lists(h, "connection", &upgrade);
	r->expects = head_count(h, "expect", &v) > 0 && request_has_body(r) &&
		     part_is(&h->word[2], "HTTP/1.1");
	return r->is_upgrade && request_has_body(r) ? NOT_IMPLEMENTED : 0;
}

/* --- what is passed on -------------------------------------------------------- */

/* What a proxy before us says of the client is for the gateway, and what the client
 * itself says of it is worth nothing. */
static bool
is_kept_back(const struct head *h, const struct part *name)
{
	return head_is_hop(h, name) || part_is(name, "host") ||
	       part_is(name, "cookie") || part_is(name, "expect") ||
	       part_is(name, "content-length") ||
	       part_is(name, "transfer-encoding") ||
	       part_is(name, "forwarded") || part_is(name, "x-real-ip") ||
	       part_begins(name, "x-forwarded-");
}

static void
write_cookies(struct lines *t, const struct head *h, const char *name)
{
	bool is_first = true;

	for (size_t i = 0; i < h->fields; i++) {
		struct part list = h->field[i].value;

		if (!part_is(&h->field[i].name, "cookie"))
			continue;
		while (list.size > 0) {
			struct part one = take_cookie(&list);

			if (one.size == 0 || is_ours(&one, name))
				continue;
			lines_add(t, "%s", is_first ? "Cookie: " : "; ");
			lines_put(t, one.text, one.size);
			is_first = false;
		}
	}
	if (!is_first)
		lines_add(t, "\r\n");
}

void
request_write(struct lines *t, const struct request *r, const struct head *h,
    const struct publish_url *u)
{
	for (int i = 0; i < 3; i++) {
		lines_put(t, h->word[i].text, h->word[i].size);
		lines_add(t, "%s", i < 2 ? " " : "\r\n");
	}
	lines_add(t, "Host: %s%s\r\n", r->host, u->port);
	for (size_t i = 0; i < h->fields; i++) {
		if (!is_kept_back(h, &h->field[i].name))
			lines_field(t, &h->field[i]);
	}
	write_cookies(t, h, request_cookie_name(u));
	if (r->is_chunked)
		lines_add(t, "Transfer-Encoding: chunked\r\n");
	else if (r->body > 0 || r->is_post)
		lines_add(t, "Content-Length: %llu\r\n",
		    (unsigned long long)r->body);
	lines_add(t, "X-Forwarded-Proto: %s\r\nX-Forwarded-Host: %s%s\r\n",
	    u->is_secure ? "https" : "http", r->host, u->port);
	lines_add(t, "%s\r\n",
	    r->is_upgrade ? "Connection: upgrade\r\nUpgrade: websocket\r\n"
			  : "Connection: close\r\n");
}
