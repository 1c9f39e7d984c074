/* Limits and choices compiled into pjproject. The library's defaults are those of a desktop phone (4 calls); each
 * value here says why a PBX needs another.
 *
 * Not defined on purpose: PJMEDIA_CONF_THREADS. Undefined selects the serial conference bridge, the backend that has
 * had the fewest races; the parallel one cost more CPU and gained nothing in measurements.
 */

/* Legs, not calls: 512 bridged calls in one worker. Memory for all of them is reserved, so this is not "unlimited". */
#define PJSUA_MAX_CALLS 1024

/* An account is one combination of proxy, SRTP mode and credentials: every trunk that registers needs its own. */
#define PJSUA_MAX_ACC 256

/* A leg, the silence it hears, a recorder and a prompt: four ports for each of PJSUA_MAX_CALLS legs. */
#define PJSUA_MAX_CONF_PORTS 4096

/* Every leg is fed by a player of its own (a leg without a source stops sending RTP), plus prompts and hold music. */
#define PJSUA_MAX_PLAYERS 2048

/* Two mono recorders for each of 512 bridged calls: one file per side. */
#define PJSUA_MAX_RECORDERS 1024

/* RTP and RTCP socket of every audio and video stream of 1024 legs, and the SIP connections. */
#define PJ_IOQUEUE_MAX_HANDLES 8192

/* A video leg must not end the call, even where the worker only relays the picture. */
#define PJMEDIA_HAS_VIDEO 1

/* The default of 16 windows failed with "too many objects" at the ninth video leg. */
#define PJSUA_MAX_VID_WINS 128

/* Browsers speak nothing but DTLS-SRTP. */
#define PJMEDIA_SRTP_HAS_DTLS 1

/* Hash table sizes, 2^n - 1. An ended transaction stays for 32 s: 1023 would be full at 30 new legs a second. */
#define PJSIP_MAX_TSX_COUNT 16383
#define PJSIP_MAX_DIALOG_COUNT 16383

/* An INVITE from a browser with audio and video is over 6 kB; 4000 bytes answered "400 Bad SDP". */
#define PJSIP_MAX_PKT_LEN 32000

/* The video section of that INVITE alone has 123 attributes and more formats than the default of 32. */
#define PJMEDIA_MAX_SDP_FMT 64
#define PJMEDIA_MAX_SDP_ATTR 256

/* SdpSession.wholeSdp silently becomes an empty string when the SDP is longer than this (default 1024). */
#define PJSUA2_MAX_SDP_BUF_LEN 8192

/* The payload type nearly every phone uses for telephone-event; some gateways understand no other. */
#define PJMEDIA_RTP_PT_TELEPHONE_EVENTS 101

/* Off by default; without it an offer with IPv6 media gets an answer with IPv4 media, and silence. */
#define PJ_HAS_IPV6 1

/* Choosing between IPv4 and IPv6 for an outgoing call asks for the machine's own address. Asking DNS for it as well
 * blocked the one SIP thread for 70 ms a call, and for seconds where the name server is slow; the interfaces know.
 */
#define PJ_GETHOSTIP_DISABLE_LOCAL_RESOLUTION 1
