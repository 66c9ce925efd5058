# atoll - a folder is a process is a link line.  See README.md.
#
#   make            build into build/           make check        every test
#   make demo       a gateway to try, as root   make check-quick  under 2 minutes
#   V=1 shows the commands; B=DIR builds elsewhere; SAN=1 adds sanitizers.

B	?= build
V	?= 0
CC	= gcc
PREFIX	?= /usr
VERSION	:= 0.1

protocol := 0x$(shell sha256sum gateway/shared/messages.def | cut -c1-16)ULL

cppflags := -I. -D_GNU_SOURCE -DPROTOCOL=$(protocol) -DVERSION='"$(VERSION)"'
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wno-format-nonliteral \
	-Wno-missing-field-initializers
hardening := -fPIE -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection -D_FORTIFY_SOURCE=3
cflags	:= -std=c11 -O2 -g $(warnings) $(hardening)
ldflags	:= -Wl,-z,relro,-z,now -Wl,--as-needed
pie	:= -pie
ifdef CI
cflags	+= -Werror
endif
ifdef SAN
cflags	:= $(filter-out -D_FORTIFY_SOURCE=3,$(cflags)) -O1 \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ldflags	+= -fsanitize=address,undefined
endif

Q = @$(if $(filter 0,$V),printf '  %-4s %s\n' $(1) $(2);,)$(if $(filter 0,$V),,set -x;)

.DEFAULT_GOAL := all

# --- programs ---------------------------------------------------------------
programs := atolld atoll atoll-session atoll-builder atoll-init

atolld.dir		:= gateway/monitor
atolld.libs		:= -luv -lconfig -lcrypt -lcap
atoll.dir		:= gateway/admin
atoll-session.dir	:= gateway/session
atoll-session.libs	:= -lssh -lseccomp -lcap
atoll-builder.dir	:= sandbox/builder
atoll-builder.libs	:= -lseccomp -lcap
atoll-init.dir		:= sandbox/init
atoll-init.libs		:= -lcap

# Init runs where there is no library: static, and without the modules that
# need one.
shared		:= $(patsubst %.c,$B/%.o,$(sort $(wildcard gateway/shared/*.c)))
shared-plain	:= $(filter-out %/filter.o %/privs.o,$(shared))
atoll.shared		:= $(shared-plain)
atoll-init.shared	:= $(shared-plain)
atolld.shared		:= $(filter-out %/filter.o,$(shared))
atoll-session.shared	:= $(shared)
atoll-builder.shared	:= $(shared)
atoll-init.ldflags	:= -static-pie
ifdef SAN
# A static program cannot carry the address sanitizer.
atoll-init.ldflags	:= -static-pie -fno-sanitize=all
endif

objects = $(patsubst %.c,$B/%.o,$(sort $(wildcard $(1)/*.c)))
define program
$B/$(1): $(call objects,$($(1).dir)) $($(1).shared)
	$$(call Q,LD,$$@)$$(CC) $(if $($(1).ldflags),$($(1).ldflags),$(pie)) \
	    $$(ldflags) -o $$@ $$^ $($(1).libs)
endef
$(foreach p,$(programs),$(eval $(call program,$(p))))

all: $(addprefix $B/,$(programs))

$B/%.o: %.c gateway/shared/messages.def Makefile
	@mkdir -p $(@D)
	$(call Q,CC,$<)$(CC) $(cppflags) $(cflags) -MMD -MP -c -o $@ $<

-include $(shell find $B -name '*.d' 2>/dev/null)

clean:
	rm -rf $B

.PHONY: all clean
