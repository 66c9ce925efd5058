/* stage.c - lab stage: the room's screen. */
#include <stdio.h>
#include <string.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

/* To who looks at it the answer comes when that is over. */
int
run_stage(int count, char **words)
{
	if (count == 0)
		return ask(LAB_COMMAND_STAGE, STAGE_LOOK);
	if (strcmp(words[0], "on") == 0)
		return ask(LAB_COMMAND_STAGE, STAGE_ON);
	if (strcmp(words[0], "off") == 0)
		return ask(LAB_COMMAND_STAGE, STAGE_OFF);
	fprintf(stderr,
	    "lab: \"stage %.40s\" is nothing: 'lab stage' shows the room's"
	    " screen; staff share theirs by 'lab stage on', until 'lab stage"
	    " off'\n",
	    words[0]);
	return LAB_USAGE;
}
