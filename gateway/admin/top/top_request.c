/* top_request.c - what atoll top asks of the gateway. */
#include "gateway/admin/top/top_request.h"

#include <string.h>

#include "gateway/base/scope.h"

int
top_request_begin(struct top_request *r, const struct invocation *in,
    struct err *e)
{
	*r = (struct top_request){ .in = in, .link.fd = -1 };
	return in->link == -1 ? 0 : ask_on(&r->link, in->link, e);
}

int
top_ask(struct top_request *r, const struct msg *m, struct answer *a,
    struct err *e)
{
	CLOSES int fd = -1;
	struct chan c = r->link;
	int rc;

	memset(a, 0, sizeof(*a));
	if (c.fd == -1 && ask_open(&c, r->in->socket, e) == -1)
		return -1;
	if (r->link.fd == -1)
		fd = c.fd;
	rc = ask(&c, m, a, e);
	if (rc == 0 && a->end.status != 0)
		rc = err_set(e, 0, "%s",
		    a->end.text[0] == '\0' ? "refused" : a->end.text);
	return rc;
}

int
top_tell(struct top_request *r, const struct msg *m, char to[TEXT_SIZE],
    struct err *e)
{
	struct answer a;
	int rc = top_ask(r, m, &a, e);

	if (rc == 0)
		text_copy(to, TEXT_SIZE, a.end.text);
	answer_free(&a);
	return rc;
}
