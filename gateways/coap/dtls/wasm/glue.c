/*
 * What the host calls of Mbed TLS, and what Mbed TLS asks of the host.
 *
 * The host owns sockets, addresses, timers and limits. It hands in one datagram at a time, by way of `exchange`, and takes out what is to be
 * sent. Nothing here calls back into the module, and no call waits.
 */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <stdint.h>
#include <string.h>

#include "mbedtls/platform_time.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/ssl.h"
#include "mbedtls/ssl_cookie.h"

#define IMPORT(name) __attribute__((import_module("host"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

/* Fills `out` with random octets. */
IMPORT(random) void host_random(unsigned char *out, size_t length);
/* A datagram for the peer of the context that is being worked on; the host copies it. */
IMPORT(send) void host_send(const unsigned char *datagram, size_t length);
/* Writes the key of an identity to `out`; returns its length. The host has one for every identity. */
IMPORT(psk) int host_psk(const unsigned char *identity, size_t length, unsigned char *out, size_t most);
/* Milliseconds of a clock that never goes back. */
IMPORT(now) double host_now(void);

#define EXCHANGE_BYTES 4096
#define KEY_BYTES MBEDTLS_PSK_MAX_LEN
/* More than a datagram can have: an end to a loop that has one anyway. */
#define MOST_RECORDS 512

/* What `handshake` answers when nothing failed; failures are Mbed TLS's negative codes. */
enum { DONE = 0, IN_PROGRESS = 1, NO_CLIENT_HELLO_YET = 2 };

typedef struct {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config *own_config; /* of a client, which has its key in it */
  size_t waiting;                 /* octets of the datagram in `exchange` that Mbed TLS has not taken yet */
  int timer_runs;
  int newer; /* whether the last datagram had a record that was newer than all before it */
  double intermediate_at, final_at;
} context;

/*
 * Memory: blocks of some 50 sizes (four to each power of two, so at most a quarter is wasted), each size with a list of those that are free.
 * Blocks are cut from where memory ends so far, and are never joined: a server needs the same few sizes again and again. Memory grows in large
 * steps, because to V8 each step is a new buffer of the whole size, and after a few of them it collects the whole heap.
 */
#define PAGE_BYTES 65536u
#define STEP_PAGES 64u
#define HEADER_BYTES 16u
#define SMALLEST 64u
#define SIZES 64u
/* Blocks of this size have the number 56. */
#define LARGEST (1u << 20)

typedef struct free_block {
  struct free_block *next;
} free_block;

extern unsigned char __heap_base;
static free_block *free_blocks[SIZES];
static uintptr_t cut_at, memory_end;

/* The number of the smallest size that has room, and that size. */
static uint32_t size_for(uint32_t wanted, uint32_t *size) {
  uint32_t number = 0, power = SMALLEST;
  while (power * 2 < wanted) {
    power *= 2;
    number += 4;
  }
  uint32_t quarter = power / 4, quarters = wanted <= power ? 0 : (wanted - power + quarter - 1) / quarter;
  *size = power + quarters * quarter;
  return number + quarters;
}

static int grow(uintptr_t wanted) {
  uint32_t least = (uint32_t) ((wanted - memory_end + PAGE_BYTES - 1) / PAGE_BYTES);
  uint32_t pages = least > STEP_PAGES ? least : STEP_PAGES;
  size_t before = __builtin_wasm_memory_grow(0, pages);
  if (before == SIZE_MAX) before = __builtin_wasm_memory_grow(0, pages = least);
  if (before == SIZE_MAX) return 0;
  memory_end = (uintptr_t) (before + pages) * PAGE_BYTES;
  return 1;
}

/* A block from the end of memory, or NULL. */
static unsigned char *cut(uint32_t size) {
  if (cut_at == 0) {
    cut_at = ((uintptr_t) &__heap_base + HEADER_BYTES - 1) / HEADER_BYTES * HEADER_BYTES;
    memory_end = (uintptr_t) __builtin_wasm_memory_size(0) * PAGE_BYTES;
  }
  if (cut_at + size > memory_end && !grow(cut_at + size)) return NULL;
  unsigned char *block = (unsigned char *) cut_at;
  cut_at += size;
  return block;
}

/* A free block of this size, or if `larger` of the next one that has any. It keeps its own number. */
static unsigned char *take(uint32_t *number, int larger) {
  for (; *number < SIZES; ++*number) {
    free_block *block = free_blocks[*number];
    if (block != NULL) {
      free_blocks[*number] = block->next;
      return (unsigned char *) block;
    }
    if (!larger) return NULL;
  }
  return NULL;
}

void *pool_calloc(size_t count, size_t each) {
  uint64_t wanted = (uint64_t) count * each + HEADER_BYTES;
  if (wanted > LARGEST) return NULL;
  uint32_t size, number = size_for((uint32_t) wanted, &size);
  unsigned char *block = take(&number, 0);
  if (block == NULL) block = cut(size);
  if (block == NULL) block = take(&number, 1);
  if (block == NULL) return NULL;
  *(uint32_t *) block = number;
  memset(block + HEADER_BYTES, 0, (size_t) wanted - HEADER_BYTES);
  return block + HEADER_BYTES;
}

void pool_free(void *place) {
  if (place == NULL) return;
  unsigned char *block = (unsigned char *) place - HEADER_BYTES;
  uint32_t number = *(uint32_t *) block;
  ((free_block *) block)->next = free_blocks[number];
  free_blocks[number] = (free_block *) block;
}

static unsigned char exchange[EXCHANGE_BYTES];
static unsigned char plaintext[EXCHANGE_BYTES];
static mbedtls_ssl_config server_config;
static mbedtls_ssl_cookie_ctx cookies;
static size_t own_cid_length;
static uint32_t first_timeout_ms, last_timeout_ms;

static const int suites[] = {
  MBEDTLS_TLS_PSK_WITH_AES_128_CCM_8,
  MBEDTLS_TLS_PSK_WITH_AES_128_CCM,
  MBEDTLS_TLS_PSK_WITH_AES_128_GCM_SHA256,
  MBEDTLS_TLS_PSK_WITH_AES_128_CBC_SHA256,
  0,
};

long long host_seconds(long long *seconds) {
  long long now = (long long) (host_now() / 1000);
  if (seconds != NULL) *seconds = now;
  return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) { return (mbedtls_ms_time_t) host_now(); }

static int random_octets(void *unused, unsigned char *out, size_t length) {
  (void) unused;
  host_random(out, length);
  return 0;
}

static int send_datagram(void *unused, const unsigned char *datagram, size_t length) {
  (void) unused;
  host_send(datagram, length);
  return (int) length;
}

static int take_datagram(void *of, unsigned char *out, size_t most) {
  context *c = of;
  size_t length = c->waiting;
  if (length == 0) return MBEDTLS_ERR_SSL_WANT_READ;
  c->waiting = 0;
  if (length > most) return MBEDTLS_ERR_SSL_WANT_READ;
  memcpy(out, exchange, length);
  return (int) length;
}

static void set_timer(void *of, uint32_t intermediate_ms, uint32_t final_ms) {
  context *c = of;
  double now = host_now();
  c->timer_runs = final_ms != 0;
  c->intermediate_at = now + intermediate_ms;
  c->final_at = now + final_ms;
}

static int get_timer(void *of) {
  context *c = of;
  if (!c->timer_runs) return -1;
  double now = host_now();
  return now >= c->final_at ? 2 : now >= c->intermediate_at ? 1 : 0;
}

static int set_key(void *unused, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t length) {
  (void) unused;
  unsigned char key[KEY_BYTES];
  int key_length = host_psk(identity, length, key, sizeof key);
  int result = key_length > 0 && key_length <= KEY_BYTES ? mbedtls_ssl_set_hs_psk(ssl, key, (size_t) key_length) : -1;
  mbedtls_platform_zeroize(key, sizeof key);
  return result;
}

static int configure(mbedtls_ssl_config *config, int endpoint) {
  mbedtls_ssl_config_init(config);
  int result = mbedtls_ssl_config_defaults(config, endpoint, MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT);
  if (result != 0) return result;
  mbedtls_ssl_conf_rng(config, random_octets, NULL);
  mbedtls_ssl_conf_ciphersuites(config, suites);
  mbedtls_ssl_conf_handshake_timeout(config, first_timeout_ms, last_timeout_ms);
  return mbedtls_ssl_conf_cid(config, own_cid_length, MBEDTLS_SSL_UNEXPECTED_CID_IGNORE);
}

static context *open_with(mbedtls_ssl_config *config) {
  context *c = pool_calloc(1, sizeof *c);
  if (c == NULL) return NULL;
  mbedtls_ssl_init(&c->ssl);
  if (mbedtls_ssl_setup(&c->ssl, config) != 0) {
    mbedtls_ssl_free(&c->ssl);
    pool_free(c);
    return NULL;
  }
  mbedtls_ssl_set_bio(&c->ssl, c, send_datagram, take_datagram, NULL);
  mbedtls_ssl_set_timer_cb(&c->ssl, c, set_timer, get_timer);
  return c;
}

/* Where the host puts datagrams, addresses, connection ids and what is to be sent: EXCHANGE_BYTES octets. */
EXPORT(exchange) unsigned char *exchange_place(void) { return exchange; }

/* Where it finds what was read. */
EXPORT(plaintext) unsigned char *plaintext_place(void) { return plaintext; }

/* Once, before all else. Connection ids of this side have this length; with 0 it takes part, but needs none itself (RFC 9146, section 3). */
EXPORT(setup) int setup(int cid_length, int first_ms, int last_ms) {
  own_cid_length = (size_t) cid_length;
  first_timeout_ms = (uint32_t) first_ms;
  last_timeout_ms = (uint32_t) last_ms;
  int result = configure(&server_config, MBEDTLS_SSL_IS_SERVER);
  if (result != 0) return result;
  mbedtls_ssl_conf_psk_cb(&server_config, set_key, NULL);
  mbedtls_ssl_cookie_init(&cookies);
  if ((result = mbedtls_ssl_cookie_setup(&cookies, random_octets, NULL)) != 0) return result;
  mbedtls_ssl_conf_dtls_cookies(&server_config, mbedtls_ssl_cookie_write, mbedtls_ssl_cookie_check, &cookies);
  return 0;
}

/* A context for one handshake and the session that comes of it; NULL: no memory. */
EXPORT(open_server) context *open_server(void) { return open_with(&server_config); }

/*
 * The same for a client. In `exchange`: its identity, then its key. `suite`: the only one to offer, or 0 for all.
 * The suite has to stay in memory as long as the configuration, so it lies behind it.
 */
EXPORT(open_client) context *open_client(int identity_length, int key_length, int suite) {
  mbedtls_ssl_config *config = pool_calloc(1, sizeof *config + 2 * sizeof(int));
  if (config == NULL) return NULL;
  context *c = NULL;
  if (configure(config, MBEDTLS_SSL_IS_CLIENT) == 0 &&
      mbedtls_ssl_conf_psk(config, exchange + identity_length, (size_t) key_length, exchange, (size_t) identity_length) == 0) {
    int *only = (int *) (config + 1);
    *only = suite;
    if (suite != 0) mbedtls_ssl_conf_ciphersuites(config, only);
    c = open_with(config);
  }
  if (c == NULL) {
    mbedtls_ssl_config_free(config);
    pool_free(config);
    return NULL;
  }
  c->own_config = config;
  return c;
}

/* In `exchange`: the octets that cookies are bound to (none for a client), then this side's connection id, if it is to offer one. */
EXPORT(identify) int identify(context *c, int transport_id_length, int with_cid) {
  if (transport_id_length > 0) {
    int result = mbedtls_ssl_set_client_transport_id(&c->ssl, exchange, (size_t) transport_id_length);
    if (result != 0) return result;
  }
  if (!with_cid) return 0;
  return mbedtls_ssl_set_cid(&c->ssl, MBEDTLS_SSL_CID_ENABLED, exchange + transport_id_length, own_cid_length);
}

/* Goes on with a handshake, by the datagram in `exchange`, or by the clock if `length` is 0. */
EXPORT(handshake) int handshake(context *c, int length) {
  int result;
  c->waiting = (size_t) length;
  /* When a time-out is due, the first call sends again without having looked at the datagram. */
  do result = mbedtls_ssl_handshake(&c->ssl);
  while (result == MBEDTLS_ERR_SSL_WANT_READ && c->waiting > 0);
  c->waiting = 0;
  if (result != MBEDTLS_ERR_SSL_WANT_READ) return result;
  return c->ssl.state <= MBEDTLS_SSL_CLIENT_HELLO ? NO_CLIENT_HELLO_YET : IN_PROGRESS;
}

/*
 * The plaintext of the next record, into `plaintext`; its length, or a negative code. A datagram may have several records: `length` is 0 to
 * go on with those of the last one. When nothing is left, the code is that of "want read".
 */
EXPORT(read) int read_record(context *c, int length) {
  uint64_t newest = c->ssl.in_window_top;
  if (length > 0) {
    c->newer = 0;
    c->waiting = (size_t) length;
  }
  int result, calls = 0;
  /* Mbed TLS also wants to be called again after a handshake message, with records left in the datagram. */
  do result = mbedtls_ssl_read(&c->ssl, plaintext, EXCHANGE_BYTES);
  while (result == MBEDTLS_ERR_SSL_WANT_READ && (c->waiting > 0 || mbedtls_ssl_check_pending(&c->ssl)) && ++calls < MOST_RECORDS);
  if (c->ssl.in_window_top > newest) c->newer = 1;
  return result;
}

/* Whether a record of the datagram that `read` was given last is newer than all before (RFC 9146, section 6). */
EXPORT(newer) int has_newer(context *c) { return c->newer; }

EXPORT(write) int write_record(context *c, int length) { return mbedtls_ssl_write(&c->ssl, exchange, (size_t) length); }

/* When `handshake` is to be called without a datagram, by the host's clock; -1: never. */
EXPORT(due) double due(context *c) { return c->timer_runs ? c->final_at : -1; }

/* Whether records to and from this side have connection ids: bit 0 those that it sends, bit 1 those that it gets. */
EXPORT(cids) int cids(context *c) {
  int sends = MBEDTLS_SSL_CID_DISABLED, gets = MBEDTLS_SSL_CID_DISABLED;
  size_t peer_length = 0, own_length = 0;
  unsigned char cid[MBEDTLS_SSL_CID_OUT_LEN_MAX];
  if (mbedtls_ssl_get_peer_cid(&c->ssl, &sends, cid, &peer_length) != 0) return 0;
  if (sends == MBEDTLS_SSL_CID_DISABLED) return 0;
  if (mbedtls_ssl_get_own_cid(&c->ssl, &gets, cid, &own_length) != 0) return 0;
  return (peer_length > 0 ? 1 : 0) | (own_length > 0 ? 2 : 0);
}

/* The number of the suite in IANA's list. */
EXPORT(suite) int suite_of(context *c) { return mbedtls_ssl_get_ciphersuite_id_from_ssl(&c->ssl); }

/* Frees the context; `notify`: tells the peer first. */
EXPORT(close) void close_context(context *c, int notify) {
  mbedtls_ssl_config *config = c->own_config;
  if (notify) mbedtls_ssl_close_notify(&c->ssl);
  mbedtls_ssl_free(&c->ssl);
  pool_free(c);
  if (config == NULL) return;
  mbedtls_ssl_config_free(config);
  pool_free(config);
}
