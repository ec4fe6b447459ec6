/* Mbed TLS for DTLS 1.2 with pre-shared keys, and no more: no certificates, no resumption, no renegotiation. */

#define MBEDTLS_AES_C
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_CCM_C
#define MBEDTLS_GCM_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_DTLS
#define MBEDTLS_SSL_COOKIE_C
#define MBEDTLS_SSL_DTLS_HELLO_VERIFY
#define MBEDTLS_SSL_DTLS_ANTI_REPLAY
/* Connection ids of RFC 9146, not those of its drafts. */
#define MBEDTLS_SSL_DTLS_CONNECTION_ID
#define MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT 0
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_ENCRYPT_THEN_MAC
#define MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#define MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
/* A client with a wrong key is told, and does not send its last flight for a minute. */
#define MBEDTLS_SSL_ALL_ALERT_MESSAGES

/* Octets of plaintext in a record; a CoAP message with a block of 1,024 octets fits. */
#define MBEDTLS_SSL_IN_CONTENT_LEN 2048
#define MBEDTLS_SSL_OUT_CONTENT_LEN 2048
#define MBEDTLS_SSL_CID_IN_LEN_MAX 16
#define MBEDTLS_SSL_CID_OUT_LEN_MAX 32
#define MBEDTLS_PSK_MAX_LEN 64
/* Octets of reordered handshake messages that one handshake may keep. */
#define MBEDTLS_SSL_DTLS_MAX_BUFFERING 4096

/* Without a clock, Mbed TLS counts the life of cookies in cookies: a flood would then spend those of real clients. */
#define MBEDTLS_SSL_COOKIE_TIMEOUT 60
#define MBEDTLS_HAVE_TIME
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_TIME_MACRO host_seconds
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO pool_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO pool_free
#define MBEDTLS_PLATFORM_MS_TIME_ALT
#include <stddef.h>
void *pool_calloc(size_t count, size_t each);
void pool_free(void *place);
long long host_seconds(long long *seconds);
