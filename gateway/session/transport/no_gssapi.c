/*
 * no_gssapi.c - what the static libssh wants of GSSAPI, and never calls.
 *
 * auth.c refuses that method before libssh begins with it.  Without these the
 * linker would add Kerberos: seven libraries in a process that speaks with
 * strangers, whose memory maps each fork of it copies and each end undoes.
 *
 * Their names alone are those of gssapi.h, RFC 2744: each takes whatever it is
 * given and answers that there is no such thing.  What a newer libssh needs beside
 * them the linker takes from the library, see libssh in the Makefile.
 */
#ifndef SHARED_LIBSSH
#include <stdint.h>

#define GSS_UNAVAILABLE ((uint32_t)16 << 16) /* GSS_S_UNAVAILABLE */

#define ABSENT(function)                                                       \
	uint32_t function(void);                                               \
	uint32_t function(void)                                                \
	{                                                                      \
		return GSS_UNAVAILABLE;                                        \
	}

ABSENT(gss_accept_sec_context)
ABSENT(gss_acquire_cred)
ABSENT(gss_add_oid_set_member)
ABSENT(gss_create_empty_oid_set)
ABSENT(gss_display_name)
ABSENT(gss_display_status)
ABSENT(gss_get_mic)
ABSENT(gss_import_name)
ABSENT(gss_indicate_mechs)
ABSENT(gss_init_sec_context)
ABSENT(gss_inquire_cred)
ABSENT(gss_inquire_cred_by_mech)
ABSENT(gss_release_buffer)
ABSENT(gss_release_cred)
ABSENT(gss_release_name)
ABSENT(gss_release_oid_set)
ABSENT(gss_test_oid_set_member)
ABSENT(gss_verify_mic)

/* Names of kinds of names. */
extern void *const GSS_C_NT_HOSTBASED_SERVICE, *const GSS_C_NT_USER_NAME;
void *const GSS_C_NT_HOSTBASED_SERVICE = (void *)0;
void *const GSS_C_NT_USER_NAME = (void *)0;
#endif
