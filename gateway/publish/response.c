/* response.c - what a student's server answers, and what of it a browser is told. */
#include "gateway/publish/response.h"

#include <string.h>
#include <strings.h>

#include "gateway/base/array.h"
#include "gateway/publish/request.h"

#define STATUS_DIGITS 3

static int
status_of(const struct head *h)
{
	const struct part *p = &h->word[1];
	int status = 0;

	if (p->size != STATUS_DIGITS)
		return 0;
	for (size_t i = 0; i < STATUS_DIGITS; i++) {
		if (p->text[i] < '0' || p->text[i] > '9')
			return 0;
		status = status * 10 + (p->text[i] - '0');
	}
	return status >= 100 && status <= 599 ? status : 0;
}

/* A proxy before us must not read its length in another way than the browser. */
static bool
is_framed(const struct head *h)
{
	struct part coding = { NULL, 0 }, length = { NULL, 0 };
	unsigned codings = head_count(h, "transfer-encoding", &coding);
	unsigned lengths = head_count(h, "content-length", &length);

	if (codings + lengths > 1)
		return false;
	if (codings == 1)
		return part_is(&coding, "chunked") &&
		       part_is(&h->word[0], "HTTP/1.1");
	for (size_t i = 0; i < length.size; i++) {
		if (length.text[i] < '0' || length.text[i] > '9')
			return false;
	}
	return lengths == 0 || length.size > 0;
}

enum response_kind
response_read(const struct head *h, bool is_upgrade)
{
	int status = status_of(h);

	if ((!part_is(&h->word[0], "HTTP/1.1") &&
		!part_is(&h->word[0], "HTTP/1.0")) ||
	    status == 0 || !is_framed(h))
		return RESPONSE_NONE;
	if (status == 101)
		return is_upgrade ? RESPONSE_SWITCH : RESPONSE_NONE;
	return status < 200 ? RESPONSE_INTERIM : RESPONSE_WHOLE;
}

/* What reaches further than this page: a proxy obeys the first ones, and would give away
 * its own files; a browser the others, for other pages of this domain. */
static bool
is_kept_back(const struct part *name)
{
	static const char *const names[] = { "x-sendfile",
		"x-lighttpd-send-file", "x-reproxy-url", "alt-svc",
		"clear-site-data", "strict-transport-security" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (part_is(name, names[i]))
			return true;
	}
	return part_begins(name, "x-accel-");
}

/* "Domain" would set it for every other student's page. */
static bool
is_for_domain(const struct part *value)
{
	for (size_t i = 0; i < value->size; i++) {
		struct part rest;

		if (value->text[i] != ';')
			continue;
		do
			i++;
		while (i < value->size &&
		       (value->text[i] == ' ' || value->text[i] == '\t'));
		rest = (struct part){ value->text + i, value->size - i };
		if (part_begins(&rest, "domain"))
			return true;
		i--;
	}
	return false;
}

static bool
is_bad_cookie(const struct field *f, const char *cookie)
{
	return part_is(&f->name, "set-cookie") &&
	       (part_begins(&f->value, cookie) || is_for_domain(&f->value));
}

void
response_write(struct lines *t, const struct head *h, const char *cookie,
    bool is_switch)
{
	lines_put(t, "HTTP/1.1 ", 9);
	lines_put(t, h->word[1].text, h->word[1].size);
	lines_put(t, " ", 1);
	lines_put(t, h->word[2].text, h->word[2].size);
	lines_put(t, "\r\n", 2);
	for (size_t i = 0; i < h->fields; i++) {
		const struct field *f = &h->field[i];

		if (!head_is_hop(h, &f->name) && !is_kept_back(&f->name) &&
		    !is_bad_cookie(f, cookie))
			lines_field(t, f);
	}
	lines_add(t, "%s\r\n",
	    is_switch ? "Connection: upgrade\r\nUpgrade: websocket\r\n"
		      : "Connection: close\r\n");
}
