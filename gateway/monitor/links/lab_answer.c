/* lab_answer.c - what a student's lab program is answered. */
#include "gateway/monitor/links/lab_answer.h"

#include <string.h>

void
lab_answer(const struct seat *s, uint32_t serial, enum lab_status status,
    const char *text)
{
	struct msg m;

	if (s->init == NULL)
		return;
	MSG_NEW(&m, LAB_TOLD, lab_told);
	m.serial = serial;
	m.lab_told.status = status;
	m.lab_told.text = text;
	link_send(s->init, &m);
}

void
lab_answer_unknown(const struct seat *s, uint32_t serial)
{
	lab_answer(s, serial, LAB_FAILED,
	    "The gateway is older than this sandbox and cannot do that: ask"
	    " again after its next upgrade.\n");
}
