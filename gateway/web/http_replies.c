/* http_replies.c - what is answered again and again, and the headers of all. */
#include "gateway/web/http_replies.h"

#include <string.h>

#include "gateway/web/page.h"

#define OWN_FILES                                                              \
	"default-src 'self'; base-uri 'none'; form-action 'none';"             \
	" frame-ancestors 'none'"

struct MHD_Response *
http_add_headers(struct MHD_Response *r, const char *type, const char *policy)
{
	static const char *const headers[][2] = {
		{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Opener-Policy", "same-origin" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
	};

	if (r == NULL)
		return NULL;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(r, "Content-Security-Policy", policy);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(r, headers[i][0], headers[i][1]);
	return r;
}

static struct MHD_Response *
fixed(const char *text)
{
	return http_add_headers(MHD_create_response_from_buffer(strlen(text),
				    (void *)(uintptr_t)text,
				    MHD_RESPMEM_PERSISTENT),
	    HTTP_PLAIN_TYPE, HTTP_NOTHING);
}

static struct MHD_Response *
copy_of(const char *text, const char *type)
{
	return http_add_headers(MHD_create_response_from_buffer(strlen(text),
				    (void *)(uintptr_t)text,
				    MHD_RESPMEM_MUST_COPY),
	    type, HTTP_NOTHING);
}

struct MHD_Response *
http_text(const char *text)
{
	return copy_of(text, HTTP_PLAIN_TYPE);
}

struct MHD_Response *
http_json(const char *json)
{
	return copy_of(json, "application/json");
}

enum MHD_Result
http_answer_text(const struct http_client *c, unsigned status, const char *text)
{
	struct MHD_Response *r = http_text(text);
	enum MHD_Result rc;

	if (r == NULL)
		return MHD_NO;
	rc = MHD_queue_response(c->connection, status, r);
	MHD_destroy_response(r);
	return rc;
}

enum MHD_Result
http_answer_stream(struct http *h, struct http_client *c,
    struct MHD_Response *stream)
{
	struct MHD_Response *r =
	    http_add_headers(stream, "text/event-stream", HTTP_NOTHING);
	enum MHD_Result rc;

	if (r == NULL)
		return MHD_queue_response(c->connection,
		    MHD_HTTP_SERVICE_UNAVAILABLE, h->busy);
	/* nginx would keep events back until it has some kilobytes. */
	MHD_add_response_header(r, "X-Accel-Buffering", "no");
	rc = MHD_queue_response(c->connection, MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	if (rc == MHD_YES) {
		TAILQ_REMOVE(&h->clients, c, next);
		h->count--;
		c->is_stream = true;
	}
	return rc;
}

static int
make_pages(struct http *h)
{
	for (int i = 0; i < PAGES; i++) {
		const struct page *p = &pages[i];

		h->page[i] = http_add_headers(
		    MHD_create_response_from_buffer((size_t)(p->end - p->begin),
			(void *)(uintptr_t)p->begin, MHD_RESPMEM_PERSISTENT),
		    p->type, OWN_FILES);
		if (h->page[i] == NULL)
			return -1;
	}
	return 0;
}

static int
make_errors(struct http *h)
{
	h->method = fixed("this can only be read: GET or HEAD\n");
	h->host = fixed("the Host of the request is not this host's loopback;"
			" a proxy sends it so, or uses the Unix socket\n");
	h->path = fixed(
	    "there is nothing here but " HTTP_METRICS_PATH
	    ", /wall and, where the site has it, " HTTP_TERMINAL_PATH "\n");
	h->post = fixed("this is for POST\n");
	h->body = fixed("that is more than this takes\n");
	h->length = fixed("this takes a body with a Content-Length\n");
	h->form = fixed("the form is not as the page sends it\n");
	h->token = fixed("the link has no token: give 'atoll wall' again\n");
	h->cookie = fixed("no wall is open in this browser: 'atoll wall' prints"
			  " a link\n");
	h->busy = fixed("too many ask at once: try again in a moment\n");
	h->done = fixed("done\n");
	h->logged_out = fixed("this browser has no such terminal: log in\n");
	h->ill = fixed("that is not what the terminal's page sends\n");
	h->moved = fixed("this terminal is open in another page\n");
	h->gone = fixed("the gateway does not answer; try again\n");
	if (h->method == NULL || h->host == NULL || h->path == NULL ||
	    h->gone == NULL || h->post == NULL || h->body == NULL ||
	    h->length == NULL || h->form == NULL || h->token == NULL ||
	    h->cookie == NULL || h->busy == NULL || h->done == NULL ||
	    h->logged_out == NULL || h->ill == NULL || h->moved == NULL)
		return -1;
	MHD_add_response_header(h->method, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	MHD_add_response_header(h->post, MHD_HTTP_HEADER_ALLOW, "POST");
	return 0;
}

int
http_make_replies(struct http *h)
{
	return make_errors(h) == -1 ? -1 : make_pages(h);
}
